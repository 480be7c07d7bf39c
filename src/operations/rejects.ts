import type { FactPlan } from "../domain/views/fact-plan.js";
import { UsageError } from "../errors.js";
import { type ReplaySummary, replayRejects } from "../pipelines/caliper/replay.js";
import type { Db, Store } from "../store/engine/session.js";
import { inTransaction } from "../store/engine/transactions.js";
import { withPlannedRun } from "../store/facts/dry-run.js";
import { notReplayable } from "../store/landing/reject-replay.js";
import { discardRejects as discardThese, isAll, type RejectFilter } from "../store/landing/rejects.js";
import { countRejects, unknownRejects } from "../store/reading/list-rejects.js";
import { withRun } from "../store/runs/runs.js";
import { factRules, storeSettings } from "../store/runs/settings.js";
import { type Invocation, runRequest, stopOn } from "./invocation.js";

/** Records that are read again at once: as many as both allow, and one at least. */
const PAGE = { lines: 500, bytes: 8 * 2 ** 20 };

/** Which rejects are replayed: those that all of the filter holds of; every one, where it is empty. */
export interface ReplayRequest {
  filter: RejectFilter;
  /** Say what would change; write nothing. */
  dryRun?: boolean | undefined;
}

/** What became of the records that were read again; a dry run also says what it would do to the facts. */
export interface ReplayAnswer extends ReplaySummary {
  runId: string;
  plan?: FactPlan;
}

/** What was removed from the quarantine. */
export interface DiscardAnswer {
  runId: string;
  discarded: number;
  ids: string[];
}

/**
 * Reads quarantined Caliper records again: what can be landed now leaves the quarantine, with its facts. A second replay
 * changes nothing.
 * @throws UsageError for an unknown id, one that cannot be replayed, or a filter that no reject passes; LockedError; WorkError
 */
export async function replay(
  store: Store,
  { filter, dryRun }: ReplayRequest,
  invocation: Invocation,
): Promise<ReplayAnswer> {
  const { settings, stop } = invocation;
  await factRules(store.db, settings);
  await requireReplayable(store.db, filter);
  return withPlannedRun(store, runRequest("rejects replay", invocation, { dryRun }), async (run) => {
    const rules = await storeSettings(run.session.db, settings);
    return { runId: run.runId, ...(await replayRejects(run, rules, { filter, page: PAGE, stop: stopOn(stop) })) };
  });
}

/**
 * Removes rejects from the quarantine for good; with an unknown id among them, none. The run log keeps the ids.
 * @throws UsageError for an unknown id, or a filter that no reject passes; LockedError; WorkError
 */
export async function discard(store: Store, filter: RejectFilter, invocation: Invocation): Promise<DiscardAnswer> {
  await requireRejects(store.db, filter);
  return withRun(store, runRequest("rejects discard", invocation), ({ session, runId }) =>
    inTransaction(session, async ({ db }) => {
      const ids = await discardThese(db, filter);
      return { runId, discarded: ids.length, ids };
    }),
  );
}

/** Ids that no reject has. */
export const noSuchReject = (ids: readonly string[]): UsageError =>
  new UsageError(
    `no rejected record has the id ${ids.join(", ")}; timeback rejects list shows the ids (nothing was done)`,
  );

async function requireRejects(db: Db, filter: RejectFilter): Promise<void> {
  const { ids, code, file } = filter;
  if (ids !== undefined) {
    const unknown = await unknownRejects(db, ids);
    if (unknown.length > 0) throw noSuchReject(unknown);
  } else if (!isAll(filter) && (await countRejects(db, filter)).length === 0) {
    const words = [...(code === undefined ? [] : [`code ${code}`]), ...(file === undefined ? [] : [`file ${file}`])];
    throw new UsageError(`no rejected record has the ${words.join(" and the ")} (nothing was done)`);
  }
}

async function requireReplayable(db: Db, filter: RejectFilter): Promise<void> {
  await requireRejects(db, filter);
  const fixed = filter.ids === undefined ? [] : await notReplayable(db, filter.ids);
  if (fixed.length > 0)
    throw new UsageError(
      `cannot be replayed: ${fixed.join(", ")}: the record was not kept, or is no line of Caliper; read its file again (nothing was done)`,
    );
}
