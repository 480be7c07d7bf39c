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
    .argument("<input...>", "folder, zip or CSV files; a folder or zip may contain a manifest.csv")
    .option("--bulk", "dumps replace their whole table too: rows missing from the file become tobedeleted")
    .option("--max-expanded-bytes <bytes>", "maximum expanded size of a zip (default 4 GiB)", byteOption)
    .option("--dry-run", "show what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback import oneroster export.zip && timeback etl oneroster
  $ timeback import oneroster ./export --format json
  $ timeback import oneroster users.csv assessment_results.csv --bulk

Bulk files replace their table; delta files and dumps change only the rows that they contain. Safe to rerun: unchanged rows
are left untouched. Rejected rows are kept with file and line: timeback rejects list
Exit 1 if rows were newly rejected.`,
    )
    .action(async (inputs: string[], flags: ImportFlags) =>
      (await import("./import-oneroster.run.js")).runImport(shell, inputs, flags),
    );

/** `timeback import`: what loads files into a source of our own. */
export const importCommand = (shell: Shell): Command =>
  new Command("import").description("load files for an ETL to read").addCommand(importOnerosterCommand(shell));
