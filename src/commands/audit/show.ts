import { Command } from "commander";
import { withCommonOptions, withRedact } from "../shell/options.js";
import type { Shell } from "../shell/shell.js";
import type { ShowFlags } from "./show.run.js";

/** `timeback audit show`: one finding with everything that it rests on. */
export const showCommand = (shell: Shell): Command =>
  withRedact(withCommonOptions(new Command("show"), ["table", "json", "ndjson"]))
    .description(
      "one finding with its whole evidence: the raw event, its results over time, how the app pays, every reading",
    )
    .argument("<finding>", "id of the finding, or its beginning")
    .option("--bundle <file>", "write the evidence of a bundled-xp finding to a file that timeback audit verify proves")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback audit show 21277ba76bb74de6
  $ timeback audit show 21277b --format json | jq .raw.results
  $ timeback audit show 21277b --bundle evidence.json        # for the app's team: needs no database to verify

A stored finding is shown as the last audit that has it said it, with the rows as they are now; where it is not stored,
and with --bundle, an audit is made. Nothing is changed. -q prints the answer too.`,
    )
    .action(async (id: string, flags: ShowFlags) =>
      (await import("./show.run.js")).runShow(shell, id.toLowerCase(), flags),
    );
