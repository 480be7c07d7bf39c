import { Command } from "commander";
import { ExitCode, UsageError } from "../errors.js";
import type { ReplaySummary } from "../pipelines/caliper/replay.js";
import type { Session } from "../store/session.js";
import {
  type CommonFlags,
  open,
  requestedSettings,
  type Shell,
  stopOn,
  withCommonOptions,
  withDatabase,
} from "./common.js";
import { printSummary } from "./summary.js";

/** Ids that no reject has. */
export const noSuchReject = (ids: readonly string[]): UsageError =>
  new UsageError(
    `no rejected record has the id ${ids.join(", ")}; timeback rejects list shows the ids (nothing was done)`,
  );

/** @throws UsageError when one of the ids is unknown: then nothing is done to the others either. */
async function requireRejects(db: Session["db"], ids: readonly string[]): Promise<void> {
  const { unknownRejects } = await import("../store/rejects.js");
  const unknown = await unknownRejects(db, ids);
  if (unknown.length > 0) throw noSuchReject(unknown);
}

const secondsSince = (started: number): number => (Date.now() - started) / 1000;

/** `timeback rejects discard`: remove records from the quarantine. */
export const discardCommand = (shell: Shell): Command =>
  withCommonOptions(new Command("discard"), ["table", "json", "ndjson"])
    .description("remove records from the quarantine for good; with an unknown id among them, none")
    .argument("<id...>", "ids of the records, from timeback rejects list")
    .addHelpText(
      "after",
      `
Example:
  $ timeback rejects discard 3f5c1d0e9a7b2c48

The run log keeps the ids. Reading the same file again rejects the record again.`,
    )
    .action((ids: string[], flags: CommonFlags) => runDiscard(shell, ids, flags));

async function runDiscard(shell: Shell, ids: string[], flags: CommonFlags): Promise<void> {
  const { config, screen } = open(flags);
  const started = Date.now();
  const [{ discardRejects }, { inTransaction, withRun }] = await Promise.all([
    import("../store/rejects.js"),
    import("../store/runs.js"),
  ]);
  const request = {
    command: "rejects discard",
    ...shell.caller(),
    lockWaitSeconds: config.lockWait,
    dryRun: false,
  };
  const { runId, discarded } = await withDatabase(config, flags, "rejects discard", async (store) => {
    await requireRejects(store.db, ids);
    return withRun(store, request, (run) =>
      inTransaction(run.session, async ({ db }) => ({
        runId: run.runId,
        discarded: await discardRejects(db, ids),
        ids: [...new Set(ids)],
      })),
    );
  });
  const answer = { command: "rejects discard", runId, discarded, seconds: secondsSince(started) };
  await printSummary(screen, flags, answer, `rejects discard: ${discarded} records removed from the quarantine`);
}

interface ReplayFlags extends CommonFlags {
  all?: boolean;
  dryRun?: boolean;
}

/** `timeback rejects replay`: read rejected records again. */
export const replayCommand = (shell: Shell): Command =>
  withCommonOptions(new Command("replay"), ["table", "json", "ndjson"])
    .description("read the kept lines of rejected Caliper records again: what can be landed now leaves the quarantine")
    .argument("[id...]", "ids of the records, from timeback rejects list")
    .option("--all", "every record whose line was kept")
    .option("--dry-run", "say what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback rejects replay --all
  $ timeback rejects replay 3f5c1d0e9a7b2c48 --dry-run

For a new version of this program that understands more. The whole line is read: its records that are landed already
count as duplicates. A mended file is read with timeback ingest; rejected rows of tables are read again by their own
commands. Exit 1 when records were newly rejected, or contradict an event that is landed.`,
    )
    .action((ids: string[], flags: ReplayFlags) => runReplay(shell, ids, flags));

async function requireReplayable(db: Session["db"], ids: readonly string[]): Promise<void> {
  await requireRejects(db, ids);
  const { notReplayable } = await import("../store/reject-replay.js");
  const fixed = await notReplayable(db, ids);
  if (fixed.length > 0)
    throw new UsageError(
      `cannot be replayed: ${fixed.join(", ")}: the record was not kept, or is no line of Caliper; read its file again (nothing was done)`,
    );
}

async function runReplay(shell: Shell, ids: string[], flags: ReplayFlags): Promise<void> {
  const { config, screen } = open(flags);
  if (ids.length > 0 === (flags.all === true))
    throw new UsageError("rejects replay: give the ids of records, or --all");
  const started = Date.now();
  const [{ replayRejects }, { withPlannedRun }, { factRules, storeSettings }] = await Promise.all([
    import("../pipelines/caliper/replay.js"),
    import("../store/fact-plan.js"),
    import("../store/settings.js"),
  ]);
  const dryRun = flags.dryRun === true;
  const request = { command: "rejects replay", ...shell.caller(), lockWaitSeconds: config.lockWait, dryRun };
  const done = await withDatabase(config, flags, "rejects replay", async (store) => {
    const asked = requestedSettings(config);
    await factRules(store.db, asked);
    await requireReplayable(store.db, ids);
    return withPlannedRun(store, request, async (run) => {
      const rules = await storeSettings(run.session.db, asked);
      const summary = await replayRejects(run, rules, { ids: flags.all ? null : ids, stop: stopOn(shell.signal) });
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
  `rejects replay${dryRun ? " (plan, nothing written)" : ""}: ${a.records} records in ${a.lines} lines: ${a.stored} stored, ${a.duplicates} duplicates, ` +
  `${a.conflicts} conflicts, ${a.skipped} skipped, ${a.rejected} rejected again; ${a.left} cannot be replayed; ` +
  `facts +${a.facts.inserted} ~${a.facts.updated} -${a.facts.deleted}; ${seconds.toFixed(1)} s`;
