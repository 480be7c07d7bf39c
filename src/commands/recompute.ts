import { Command } from "commander";
import { UsageError } from "../errors.js";
import type { RecomputeFlags } from "./recompute.run.js";
import { dayOption } from "./shell/days.js";
import { withCommonOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

function addSetting(text: string, before: Readonly<Record<string, string>>) {
  const split = text.indexOf("=");
  if (split < 1) throw new UsageError(`--set ${text}: expected <key>=<value>, such as zone=America/Chicago`);
  return { ...before, [text.slice(0, split)]: text.slice(split + 1) };
}

/** `timeback recompute`: rebuild the facts from what was landed. */
export const recomputeCommand = (shell: Shell): Command =>
  withCommonOptions(new Command("recompute"), ["table", "json", "ndjson"])
    .description("rebuild processed_facts from the stored records, for all students, one student or a range of days")
    .argument("[email]", "student whose facts to rebuild")
    .option("--from <day>", "first day of facts, YYYY-MM-DD in the stored zone", dayOption)
    .option("--to <day>", "last day of facts, inclusive", dayOption)
    .option(
      "--set <key=value>",
      "change a setting that affects facts or findings (docs/facts.md, docs/audit.md)",
      addSetting,
      {},
    )
    .option("--dry-run", "show what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback recompute --dry-run
  $ timeback recompute student@school.example --from 2025-03-01 --to 2025-03-31
  $ timeback recompute --set zone=America/Chicago

Facts are a pure function of the stored records, so recompute after a load changes nothing.
Rows that another system wrote into processed_facts are listed first, then removed.`,
    )
    .action(async (email: string | undefined, flags: RecomputeFlags) =>
      (await import("./recompute.run.js")).runRecompute(shell, email, flags),
    );
