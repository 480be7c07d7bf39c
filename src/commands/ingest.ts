import { Command } from "commander";
import type { IngestFlags } from "./ingest.run.js";
import { withLimitOptions } from "./shell/limits.js";
import { withCommonOptions, withFactOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

/** `timeback ingest`: land Caliper NDJSON and derive facts. */
export const ingestCommand = (shell: Shell): Command =>
  withLimitOptions(withFactOptions(withCommonOptions(new Command("ingest"), ["table", "json", "ndjson"])))
    .description("land Caliper events from NDJSON files (plain or gzip; - is stdin) and derive their facts")
    .argument("<file...>", "NDJSON: envelopes, bare events, arrays, stored events")
    .option("--dry-run", "say what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback ingest events.ndjson
  $ timeback ingest 2025-03-*.ndjson.gz --database-url postgres://etl@db/analytics
  $ zcat archive.gz | timeback ingest - --format json

Safe to rerun: an event id has one effect, however often it is read. Rejected records are kept: timeback rejects list
Exit 1 when records were newly rejected, or contradict an event that is landed.`,
    )
    .action(async (files: string[], flags: IngestFlags) =>
      (await import("./ingest.run.js")).runIngest(shell, files, flags),
    );
