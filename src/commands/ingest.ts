import { Command } from "commander";
import type { IngestFlags } from "./ingest.run.js";
import { withLimitOptions } from "./shell/limits.js";
import { withCommonOptions, withFactOptions } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";

/** `timeback ingest`: land Caliper NDJSON and derive facts. */
export const ingestCommand = (shell: Shell): Command =>
  withLimitOptions(withFactOptions(withCommonOptions(new Command("ingest"), ["table", "json", "ndjson"])))
    .description("load Caliper events from NDJSON files (plain or gzip; - is stdin) and derive their facts")
    .argument("<file...>", "NDJSON file of envelopes, bare events, arrays or stored events")
    .option("--dry-run", "show what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback ingest events.ndjson
  $ timeback ingest 2025-03-*.ndjson.gz --database-url postgres://etl@db/analytics
  $ zcat archive.gz | timeback ingest - --format json

Safe to rerun: reading an event id again has no further effect. Rejected records are kept: timeback rejects list
Exit 1 if records were newly rejected, or newly contradict a stored event.`,
    )
    .action(async (files: string[], flags: IngestFlags) =>
      (await import("./ingest.run.js")).runIngest(shell, files, flags),
    );
