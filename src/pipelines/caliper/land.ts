import { landEvents } from "../../store/caliper-landing.js";
import type { FactRules } from "../../store/linking.js";
import { keepRejects } from "../../store/rejects.js";
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

/** Lands records of one file and touches what they may change: a step for `withDerivedFacts`. */
export async function landRecords(
  session: Session,
  runId: string,
  rules: FactRules,
  { rows, events, skipped, rejects }: Records,
): Promise<LandedRecords> {
  const { newConflicts, ...landed } = await landEvents(session, runId, rows);
  if (landed.stored > 0) await touchResultsOfEvents(session.db, rules);
  const newRejects = await keepRejects(session, runId, rejects);
  const records = events + skipped + rejects.length;
  return { counts: { records, ...landed, skipped, rejected: rejects.length }, newRejects, newConflicts };
}
