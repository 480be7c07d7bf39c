import { Command } from "commander";
import { ExitCode } from "../errors.js";
import type { RecordCounts } from "../pipelines/caliper/land/land-records.js";
import { inputOf } from "./shell/inputs.js";
import { type LimitFlags, limitsOf, withLimitOptions } from "./shell/limits.js";
import {
  type CommonFlags,
  open,
  requestedSettings,
  stopOn,
  withCommonOptions,
  withDatabase,
  withFactOptions,
} from "./shell/options.js";
import { openProgress, progressText } from "./shell/progress.js";
import type { Shell } from "./shell/shell.js";
import { printSummary } from "./shell/summary.js";

const CHUNK_BYTES = 180 << 20;

interface IngestFlags extends CommonFlags, LimitFlags {
  dryRun?: boolean;
}

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
    .action(async (files: string[], flags: IngestFlags) => runIngest(shell, files, flags));

async function runIngest(shell: Shell, files: string[], flags: IngestFlags): Promise<void> {
  const opened = open(shell, flags);
  const { config, screen } = opened;
  const started = Date.now();
  const [{ ingest }, { sizeOfInput }, { withPlannedRun }, { factRules, storeSettings }] = await Promise.all([
    import("../pipelines/caliper/ingest.js"),
    import("../pipelines/caliper/input/input.js"),
    import("../store/facts/dry-run.js"),
    import("../store/runs/settings.js"),
  ]);
  const inputs = files.map((file) => inputOf(shell, file));
  const sizes = new Map<string, number | null>();
  for (const input of inputs) sizes.set(input.name, await sizeOfInput(input));
  const done = await withDatabase(opened, flags, "ingest", async (store) => {
    const asked = requestedSettings(config);
    await factRules(store.db, asked);
    const progress = await openProgress(screen);
    const request = {
      command: "ingest",
      ...shell.caller(),
      lockWaitSeconds: config.lockWait,
      dryRun: flags.dryRun === true,
      beside: flags.dryRun !== true,
    };
    return withPlannedRun(store, request, async (run) => {
      await shell.keepHeapSmall();
      const rules = await storeSettings(run.session.db, asked);
      const summary = await ingest(run, rules, {
        inputs,
        chunkRecords: config.chunkRecords,
        chunkBytes: CHUNK_BYTES,
        limits: limitsOf(flags),
        stop: stopOn(shell.signal),
        progress: (file, { rawBytes, records }) =>
          progress.show(
            progressText(file, {
              records,
              done: rawBytes,
              total: sizes.get(file) ?? null,
              seconds: (Date.now() - started) / 1000,
            }),
          ),
      });
      return { runId: run.runId, ...summary };
    }).finally(progress.end);
  });
  const { runId, newRejects, newConflicts, resumed, ...counts } = done;
  const answer = {
    command: "ingest",
    runId,
    ...(flags.dryRun ? { dryRun: true } : {}),
    ...counts,
    ...(resumed > 0 ? { resumed } : {}),
    seconds: (Date.now() - started) / 1000,
  };
  await printSummary(screen, flags, answer, ingestLine(answer));
  if (newRejects > 0) screen.warn(`${newRejects} records newly rejected: see timeback rejects list`);
  if (newConflicts > 0)
    screen.warn(
      `${newConflicts} records contradict an event that is landed: the first stays, the others are kept beside it`,
    );
  shell.exitWith(newRejects + newConflicts > 0 && !flags.dryRun ? ExitCode.attention : ExitCode.done);
}

interface IngestAnswer extends RecordCounts {
  files: number;
  facts: { inserted: number; updated: number; deleted: number };
  seconds: number;
  dryRun?: boolean;
}

const ingestLine = (a: IngestAnswer): string =>
  `ingest${a.dryRun ? " (plan, nothing written)" : ""}: ${a.records} records in ${a.files} files: ${a.stored} stored, ${a.duplicates} duplicates, ${a.conflicts} conflicts, ` +
  `${a.skipped} skipped, ${a.rejected} rejected; facts +${a.facts.inserted} ~${a.facts.updated} -${a.facts.deleted}; ${a.seconds.toFixed(1)} s`;
