import type { LandedRecords } from "../pipelines/caliper/land/land-records.js";
import { landBatch } from "../pipelines/caliper/land-batch.js";
import type { Store } from "../store/engine/session.js";
import type { FactChanges } from "../store/facts/update-facts.js";
import { CALIPER_COMMANDS } from "../store/landing/reject-replay.js";
import { withRun } from "../store/runs/runs.js";
import { factRules, storeSettings } from "../store/runs/settings.js";
import { type Invocation, runRequest, stopOn } from "./invocation.js";

/** Events in memory, as a webhook or a worker has them. */
export interface EventBatch {
  /** What rejects of the batch are addressed by, in place of a file: `webhook:<job id>`. */
  source: string;
  /** Each an envelope, a bare event, an array or a stored event, as JSON; its place, from 1, is its line. */
  records: readonly string[];
}

/** What became of the records: records = stored + duplicates + conflicts + skipped + rejected. */
export interface LandEventsAnswer extends LandedRecords {
  runId: string;
  facts: FactChanges;
}

/**
 * Lands one batch of events with the facts that they affect, in one transaction: all of it or nothing. An event id has one
 * effect, however often it comes; a bad record is quarantined and costs that record only. A batch should stay at some
 * thousand events: all of them are held in memory.
 * @throws UsageError for a setting the database does not have; LockedError; WorkError
 */
export async function landEvents(
  store: Store,
  { source, records }: EventBatch,
  invocation: Invocation,
): Promise<LandEventsAnswer> {
  const { settings, stop } = invocation;
  await factRules(store.db, settings);
  return withRun(store, runRequest(CALIPER_COMMANDS.landEvents, invocation), async ({ runId, session }) => {
    stopOn(stop)();
    const rules = await storeSettings(session.db, settings);
    const lines = records.map((text, place) => ({ line: place + 1, member: 0, byteOffset: 0, text }));
    const { landed, facts } = await landBatch(
      { session, landing: { runId, events: 0 }, rules },
      { file: source, lines },
    );
    return { runId, ...landed, facts };
  });
}
