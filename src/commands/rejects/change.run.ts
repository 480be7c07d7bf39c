import { ExitCode, UsageError } from "../../errors.js";
import { discard, type ReplayAnswer, replay } from "../../operations/rejects.js";
import type { RejectFilter } from "../../store/landing/rejects.js";
import { open, operate } from "../shell/database.js";
import type { Shell } from "../shell/shell.js";
import { planned, printSummary, secondsSince } from "../shell/summary.js";
import type { ListFlags, ReplayFlags, SelectionFlags } from "./flags.js";

/** The rejects that are named, or those with this code and file; null where nothing is chosen. @throws UsageError for both */
function chosen(command: string, ids: readonly string[], { code, file }: SelectionFlags): RejectFilter | null {
  const isNarrowed = code !== undefined || file !== undefined;
  if (ids.length > 0 && isNarrowed) throw new UsageError(`${command}: give record ids, or --code and --file, not both`);
  if (ids.length > 0) return { ids };
  return isNarrowed ? { code, file } : null;
}

/** Removes records from the quarantine. */
export async function runDiscard(shell: Shell, ids: string[], flags: ListFlags): Promise<void> {
  const command = "rejects discard";
  const opened = open(shell, flags);
  const filter = chosen(command, ids, flags);
  if (filter === null) throw new UsageError(`${command}: give record ids, or --code or --file`);
  const started = Date.now();
  const { runId, discarded } = await operate(opened, flags, { command }, (store, invocation) =>
    discard(store, filter, invocation),
  );
  const answer = { command, runId, discarded, seconds: secondsSince(started) };
  await printSummary(opened.screen, flags, answer, `${command}: ${discarded} records removed from the quarantine`);
}

/** Reads rejected records again. */
export async function runReplay(shell: Shell, ids: string[], flags: ReplayFlags): Promise<void> {
  const command = "rejects replay";
  const opened = open(shell, flags);
  const filter = chosen(command, ids, flags);
  if ((filter === null) !== (flags.all === true))
    throw new UsageError(`${command}: give record ids, or --code or --file, or --all`);
  const started = Date.now();
  const dryRun = flags.dryRun === true;
  const done = await operate(opened, flags, { command }, (store, invocation) =>
    replay(store, { filter: filter ?? {}, dryRun }, invocation),
  );
  const { runId, newRejects, newConflicts, ...counts } = done;
  const answer = { command, runId, ...(dryRun ? { dryRun } : {}), ...counts, seconds: secondsSince(started) };
  await printSummary(opened.screen, flags, answer, lineOf(done, dryRun, answer.seconds));
  shell.exitWith(newRejects + newConflicts > 0 && !dryRun ? ExitCode.attention : ExitCode.done);
}

const lineOf = (a: ReplayAnswer, dryRun: boolean, seconds: number): string =>
  `rejects replay${planned(dryRun)}: ${a.records} records: ${a.stored} stored, ${a.duplicates} duplicates, ` +
  `${a.conflicts} conflicts, ${a.skipped} skipped, ${a.rejected} rejected again; ${a.left} cannot be replayed; ` +
  `facts +${a.facts.inserted} ~${a.facts.updated} -${a.facts.deleted}; ${seconds.toFixed(1)} s`;
