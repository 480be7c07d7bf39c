import { Command, InvalidArgumentError } from "commander";
import type { ImportFlags } from "./import-oneroster.run.js";
import { withExpansionOption } from "./shell/limits.js";
import { withCommonOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

function byteOption(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new InvalidArgumentError("expected a number of bytes");
  return Number(text);
}

/** `timeback import oneroster`: load CSV into schema `oneroster` of the analytics database. */
const importOnerosterCommand = (shell: Shell): Command =>
  withExpansionOption(withCommonOptions(new Command("oneroster"), ["table", "json", "ndjson"]))
    .description("load OneRoster 1.1/1.2 CSV, or dumps of the source tables, for etl oneroster to read")
    .argument("<input...>", "folder, zip or CSV files; a folder or zip may have a manifest.csv")
    .option("--bulk", "dumps replace everything too: rows that they do not hold become tobedeleted")
    .option("--max-expanded-bytes <bytes>", "largest expanded size of a zip (default 4 GiB)", byteOption)
    .option("--dry-run", "say what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback import oneroster export.zip && timeback etl oneroster
  $ timeback import oneroster ./export --format json
  $ timeback import oneroster users.csv assessment_results.csv --bulk

Bulk files replace their table, delta files and dumps change the rows that they hold. Safe to rerun: rows that are in
place are left untouched. Rejected rows are kept, with file and line: timeback rejects list
Exit 1 when rows were newly rejected.`,
    )
    .action(async (inputs: string[], flags: ImportFlags) =>
      (await import("./import-oneroster.run.js")).runImport(shell, inputs, flags),
    );

/** `timeback import`: what loads files into a source of our own. */
export const importCommand = (shell: Shell): Command =>
  new Command("import").description("load files for an ETL to read").addCommand(importOnerosterCommand(shell));
