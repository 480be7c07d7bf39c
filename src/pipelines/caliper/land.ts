import { assertAllCounted } from "../../store/assertions.js";
import { type CopiedEvents, copyNewEvents, type ExpectedIds, settleEvents } from "../../store/caliper-landing.js";
import type { FactRules } from "../../store/linking.js";
import { keepRejects } from "../../store/rejects.js";
import type { Session } from "../../store/session.js";
import { touchResultsOfEvents } from "../../store/touched.js";
import type { Records } from "./record-builder.js";

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

/** What became of records none of which is new or rejected. */
export const countKnown = ({ known, skipped }: Records): LandedRecords => ({
  counts: { ...noRecords(), records: known + skipped, duplicates: known, skipped },
  newRejects: 0,
  newConflicts: 0,
});

/** Records on their way in, as far as another connection does not mind. */
export type CopiedRecords = CopiedEvents & Records;

/**
 * Copies the new events of a file's records in: the first half of landing them, which may run beside the second half
 * of the records before. `settleRecords` must follow in the same transaction.
 */
export async function copyRecords(session: Session, records: Records, expected: ExpectedIds): Promise<CopiedRecords> {
  return { ...records, ...(await copyNewEvents(session, records.events, expected)) };
}

/** Lands the rest of what was copied, and touches what it may change: a step for `withDerivedFacts`. */
export async function settleRecords(
  session: Session,
  runId: string,
  rules: FactRules,
  copied: CopiedRecords,
): Promise<LandedRecords> {
  const { known, skipped, rejects, events } = copied;
  const { newConflicts, duplicates, ...landed } = await settleEvents(session, runId, copied);
  if (landed.stored > 0) await touchResultsOfEvents(session.db, rules);
  const newRejects = await keepRejects(session, runId, rejects);
  const records = known + events.length + skipped + rejects.length;
  const outcomes = { ...landed, duplicates: known + duplicates, skipped, rejected: rejects.length };
  assertAllCounted("records", records, outcomes);
  return { counts: { records, ...outcomes }, newRejects, newConflicts };
}
