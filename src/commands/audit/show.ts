import { Command } from "commander";
import { withCommonOptions, withRedact } from "../shell/options.js";
import type { Shell } from "../shell/shell.js";
import type { ShowFlags } from "./show.run.js";

/** `timeback audit show`: one finding with everything that it rests on. */
export const showCommand = (shell: Shell): Command =>
  withRedact(withCommonOptions(new Command("show"), ["table", "json", "ndjson"]))
    .description(
      "show one finding with all its evidence: raw event, results over time, how the app pays, every possible sum",
    )
    .argument("<finding>", "id of the finding, or its first digits")
    .option("--bundle <file>", "write the evidence of a bundled-xp finding to a file for timeback audit verify")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback audit show 21277ba76bb74de6
  $ timeback audit show 21277b --format json | jq .raw.results
  $ timeback audit show 21277b --bundle evidence.json        # for the app's team, who need no database

A stored finding is shown as the last audit reported it, with the current rows. If it is not stored, or with --bundle, a new
audit is made. Nothing is changed. -q still prints the answer.`,
    )
    .action(async (id: string, flags: ShowFlags) =>
      (await import("./show.run.js")).runShow(shell, id.toLowerCase(), flags),
    );
