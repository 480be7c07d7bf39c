import { Command } from "commander";
import { ExitCode, UsageError } from "../../errors.js";
import type { ReplaySummary } from "../../pipelines/caliper/replay.js";
import type { Db } from "../../store/engine/session.js";
import type { RejectFilter } from "../../store/landing/rejects.js";
import {
  type CommonFlags,
  open,
  requestedSettings,
  stopOn,
  withCommonOptions,
  withDatabase,
} from "../shell/options.js";
import type { Shell } from "../shell/shell.js";
import { printSummary } from "../shell/summary.js";
import { asked, isAll, requireRejects, type SelectionFlags, withSelection } from "./selection.js";

const secondsSince = (started: number): number => (Date.now() - started) / 1000;

/** `timeback rejects discard`: remove records from the quarantine. */
export const discardCommand = (shell: Shell): Command =>
  withSelection(withCommonOptions(new Command("discard"), ["table", "json", "ndjson"]))
    .description("remove records from the quarantine for good; with an unknown id among them, none")
    .argument("[id...]", "ids of the records, from timeback rejects list")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback rejects discard 3f5c1d0e9a7b2c48
  $ timeback rejects discard --code not-json --file events.ndjson

The run log keeps the ids. Reading the same file again rejects the record again.`,
    )
    .action((ids: string[], flags: DiscardFlags) => runDiscard(shell, ids, flags));

type DiscardFlags = CommonFlags & SelectionFlags;

async function runDiscard(shell: Shell, ids: string[], flags: DiscardFlags): Promise<void> {
  const opened = open(shell, flags);
  const { config, screen } = opened;
  const filter = asked("rejects discard", ids, flags);
  if (isAll(filter)) throw new UsageError("rejects discard: give the ids of records, or --code or --file");
  const started = Date.now();
  const [{ discardRejects }, { inTransaction }, { withRun }] = await Promise.all([
    import("../../store/landing/rejects.js"),
    import("../../store/engine/transactions.js"),
    import("../../store/runs/runs.js"),
  ]);
  const request = {
    command: "rejects discard",
    ...shell.caller(),
    lockWaitSeconds: config.lockWait,
    dryRun: false,
  };
  const { runId, discarded } = await withDatabase(opened, flags, "rejects discard", async (store) => {
    await requireRejects(store.db, filter);
    return withRun(store, request, (run) =>
      inTransaction(run.session, async ({ db }) => {
        const gone = await discardRejects(db, filter);
        return { runId: run.runId, discarded: gone.length, ids: gone };
      }),
    );
  });
  const answer = { command: "rejects discard", runId, discarded, seconds: secondsSince(started) };
  await printSummary(screen, flags, answer, `rejects discard: ${discarded} records removed from the quarantine`);
}

interface ReplayFlags extends CommonFlags, SelectionFlags {
  all?: boolean;
  dryRun?: boolean;
}

/** `timeback rejects replay`: read rejected records again. */
export const replayCommand = (shell: Shell): Command =>
  withSelection(withCommonOptions(new Command("replay"), ["table", "json", "ndjson"]))
    .description("read rejected Caliper records again: what can be landed now leaves the quarantine")
    .argument("[id...]", "ids of the records, from timeback rejects list")
    .option("--all", "every record that was kept")
    .option("--dry-run", "say what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback rejects replay --all
  $ timeback rejects replay --code bad-time
  $ timeback rejects replay 3f5c1d0e9a7b2c48 --dry-run

For a new version of this program that understands more. Only the records named are read. A mended file is read with
timeback ingest; rejected rows of tables are read again by their own commands. Exit 1 when records were newly rejected,
or contradict an event that is landed.`,
    )
    .action((ids: string[], flags: ReplayFlags) => runReplay(shell, ids, flags));

async function requireReplayable(db: Db, filter: RejectFilter): Promise<void> {
  await requireRejects(db, filter);
  const { notReplayable } = await import("../../store/landing/reject-replay.js");
  const fixed = filter.ids === undefined ? [] : await notReplayable(db, filter.ids);
  if (fixed.length > 0)
    throw new UsageError(
      `cannot be replayed: ${fixed.join(", ")}: the record was not kept, or is no line of Caliper; read its file again (nothing was done)`,
    );
}

async function runReplay(shell: Shell, ids: string[], flags: ReplayFlags): Promise<void> {
  const opened = open(shell, flags);
  const { config, screen } = opened;
  const filter = asked("rejects replay", ids, flags);
  if (isAll(filter) !== (flags.all === true))
    throw new UsageError("rejects replay: give the ids of records, or --code or --file, or --all");
  const started = Date.now();
  const [{ replayRejects }, { withPlannedRun }, { factRules, storeSettings }] = await Promise.all([
    import("../../pipelines/caliper/replay.js"),
    import("../../store/facts/dry-run.js"),
    import("../../store/runs/settings.js"),
  ]);
  const dryRun = flags.dryRun === true;
  const request = { command: "rejects replay", ...shell.caller(), lockWaitSeconds: config.lockWait, dryRun };
  const done = await withDatabase(opened, flags, "rejects replay", async (store) => {
    const settings = requestedSettings(config);
    await factRules(store.db, settings);
    await requireReplayable(store.db, filter);
    return withPlannedRun(store, request, async (run) => {
      const rules = await storeSettings(run.session.db, settings);
      const summary = await replayRejects(run, rules, { filter, stop: stopOn(shell.signal) });
      return { runId: run.runId, ...summary };
    });
  });
  const { runId, newRejects, newConflicts, ...counts } = done;
  const answer = {
    command: "rejects replay",
    runId,
    ...(dryRun ? { dryRun } : {}),
    ...counts,
    seconds: secondsSince(started),
  };
  await printSummary(screen, flags, answer, replayLine(done, dryRun, answer.seconds));
  shell.exitWith(newRejects + newConflicts > 0 && !dryRun ? ExitCode.attention : ExitCode.done);
}

const replayLine = (a: ReplaySummary, dryRun: boolean, seconds: number): string =>
  `rejects replay${dryRun ? " (plan, nothing written)" : ""}: ${a.records} records: ${a.stored} stored, ${a.duplicates} duplicates, ` +
  `${a.conflicts} conflicts, ${a.skipped} skipped, ${a.rejected} rejected again; ${a.left} cannot be replayed; ` +
  `facts +${a.facts.inserted} ~${a.facts.updated} -${a.facts.deleted}; ${seconds.toFixed(1)} s`;
