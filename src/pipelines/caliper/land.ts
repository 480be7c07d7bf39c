import { type CopiedEvents, copyNewEvents, settleEvents } from "../../store/caliper-landing.js";
import type { FactRules } from "../../store/linking.js";
import { keepRejects, type Reject } from "../../store/rejects.js";
import type { Session } from "../../store/session.js";
import { touchResultsOfEvents } from "../../store/touched.js";
import type { Records } from "./chunks.js";

/** What became of the records: records = stored + duplicates + conflicts + skipped + rejected. docs/caliper.md. */
export interface RecordCounts {
  records: number;
  stored: number;
  duplicates: number;
  conflicts: number;
  skipped: number;
  rejected: number;
}

/** Counts of nothing. */
export const noRecords = (): RecordCounts => ({
  records: 0,
  stored: 0,
  duplicates: 0,
  conflicts: 0,
  skipped: 0,
  rejected: 0,
});

/** Adds the counts of one step to a sum. */
export function addCounts(sum: RecordCounts, counts: RecordCounts): void {
  for (const key of Object.keys(noRecords()) as (keyof RecordCounts)[]) sum[key] += counts[key];
}

/** What became of records that were landed together. */
export interface LandedRecords {
  counts: RecordCounts;
  /** Rejects and conflicts that no run had kept before. */
  newRejects: number;
  newConflicts: number;
}

/** Records on their way in, as far as another connection does not mind. */
export interface CopiedRecords extends CopiedEvents {
  skipped: number;
  rejects: Reject[];
}

/**
 * Copies the new events of a file's records in: the first half of landing them, which may run beside the second half
 * of the records before. `taken` names the ids of those. `settleRecords` must follow in the same transaction.
 */
export async function copyRecords(
  session: Session,
  { events, skipped, rejects }: Records,
  taken: ReadonlySet<string>,
): Promise<CopiedRecords> {
  return { ...(await copyNewEvents(session, events, taken)), skipped, rejects };
}

/** Lands the rest of what was copied, and touches what it may change: a step for `withDerivedFacts`. */
export async function settleRecords(
  session: Session,
  runId: string,
  rules: FactRules,
  { skipped, rejects, ...copied }: CopiedRecords,
): Promise<LandedRecords> {
  const { newConflicts, ...landed } = await settleEvents(session, runId, copied);
  if (landed.stored > 0) await touchResultsOfEvents(session.db, rules);
  const newRejects = await keepRejects(session, runId, rejects);
  const records = copied.events.length + skipped + rejects.length;
  return { counts: { records, ...landed, skipped, rejected: rejects.length }, newRejects, newConflicts };
}
