import { ExitCode } from "../errors.js";
import { type IngestAnswer, ingest, sizesOf } from "../operations/ingest.js";
import { open, operate } from "./shell/database.js";
import { inputOf } from "./shell/inputs.js";
import type { LimitFlags } from "./shell/limits.js";
import { limitsOf } from "./shell/limits.js";
import type { CommonFlags } from "./shell/options.js";
import { stepText } from "./shell/progress.js";
import type { Shell } from "./shell/shell.js";
import { planned, printSummary, secondsSince } from "./shell/summary.js";

/** What `timeback ingest` takes. */
export interface IngestFlags extends CommonFlags, LimitFlags {
  dryRun?: boolean;
}

const COMMAND = "ingest";

/** Ingests the files and says what became of their records. */
export async function runIngest(shell: Shell, files: string[], flags: IngestFlags): Promise<void> {
  const opened = open(shell, flags);
  const { config, screen } = opened;
  const { dryRun } = flags;
  const started = Date.now();
  const inputs = files.map((file) => inputOf(shell, file));
  await sizesOf(inputs); // what is not there is complained of before a database is opened
  const request = { inputs, dryRun, chunkRecords: config.chunkRecords, limits: limitsOf(flags) };
  const done = await operate(
    opened,
    flags,
    { command: COMMAND, text: stepText(started) },
    async (store, invocation) => {
      await shell.keepHeapSmall();
      return ingest(store, request, invocation);
    },
  );
  const { runId, newRejects, newConflicts, resumed, ...counts } = done;
  const answer = {
    command: COMMAND,
    runId,
    ...(dryRun ? { dryRun } : {}),
    ...counts,
    ...(resumed > 0 ? { resumed } : {}),
    seconds: secondsSince(started),
  };
  await printSummary(screen, flags, answer, lineOf(done, dryRun, answer.seconds));
  if (newRejects > 0) screen.warn(`${newRejects} records newly rejected: see timeback rejects list`);
  if (newConflicts > 0)
    screen.warn(
      `${newConflicts} records reuse the id of a stored event with different content; the first one counts, review the others: timeback audit --kind conflict`,
    );
  shell.exitWith(newRejects + newConflicts > 0 && !dryRun ? ExitCode.attention : ExitCode.done);
}

const lineOf = (a: IngestAnswer, dryRun: boolean | undefined, seconds: number): string =>
  `ingest${planned(dryRun)}: ${a.records} records in ${a.files} files: ${a.stored} stored, ${a.duplicates} duplicates, ${a.conflicts} conflicts, ` +
  `${a.skipped} skipped, ${a.rejected} rejected; facts +${a.facts.inserted} ~${a.facts.updated} -${a.facts.deleted}; ${seconds.toFixed(1)} s`;
