import { Command } from "commander";
import { OVERLAP_DAYS } from "../domain/rules/oneroster-source.js";
import type { EtlFlags } from "./etl-oneroster.run.js";
import { withCommonOptions, withFactOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

/** `timeback etl oneroster`: read what changed in the OneRoster source and derive facts. */
const etlOnerosterCommand = (shell: Shell): Command =>
  withFactOptions(withCommonOptions(new Command("oneroster"), ["table", "json", "ndjson"]))
    .description(
      "read changed assessment_results (and users, resources, line items) from the source and derive their facts",
    )
    .option("--full", "read everything, and void results that are gone from the source")
    .option("--since <instant>", "read rows modified at or after this instant (ISO 8601 with offset)")
    .option("--overlap <duration>", "how far before the watermark to start: 90m, 12h, 7d", `${OVERLAP_DAYS}d`)
    .option("--source-schema <schema>", "schema of the source tables (default public; oneroster for imported CSV)")
    .option("--dry-run", "show what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback etl oneroster --source-url postgres://reader@main/app --database-url postgres://etl@db/analytics
  $ timeback etl oneroster --full        # also finds changes older than the overlap, and deleted rows
  $ timeback import oneroster export.zip && timeback etl oneroster

The source is only read. Without a source URL, the run reads schema oneroster of the analytics database.`,
    )
    .action(async (flags: EtlFlags) => (await import("./etl-oneroster.run.js")).runEtl(shell, flags));

/** `timeback etl`: the ETL runs, one per source. */
export const etlCommand = (shell: Shell): Command =>
  new Command("etl").description("run an ETL against a source database").addCommand(etlOnerosterCommand(shell));
