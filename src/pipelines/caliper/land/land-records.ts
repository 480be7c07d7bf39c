import type { FactRules } from "../../../domain/rules/fact-rules.js";
import type { Session } from "../../../store/engine/session.js";
import { markResultsOfEvents } from "../../../store/facts/affected.js";
import { assertAllCounted } from "../../../store/facts/invariants.js";
import {
  copyNewEvents,
  type ExpectedIds,
  type Landing,
  openIncoming,
  settleEvents,
  stageRest,
} from "../../../store/landing/events.js";
import { keepStagedRejects, openRejects, stageRejects } from "../../../store/landing/rejects.js";
import type { Records } from "./record-builder.js";

/** Outcomes of records: records = stored + duplicates + conflicts + skipped + rejected. docs/caliper.md. */
export interface RecordCounts {
  records: number;
  stored: number;
  duplicates: number;
  conflicts: number;
  skipped: number;
  rejected: number;
}

/** Outcomes of records, with the numbers of rejects and conflicts that no earlier run kept: those want attention. */
export interface LandedRecords extends RecordCounts {
  newRejects: number;
  newConflicts: number;
}

/** Zero counts. */
export const noneLanded = (): LandedRecords => ({
  records: 0,
  stored: 0,
  duplicates: 0,
  conflicts: 0,
  skipped: 0,
  rejected: 0,
  newRejects: 0,
  newConflicts: 0,
});

/** Adds the counts of one step to a sum. */
export function addLanded(sum: LandedRecords, landed: LandedRecords): void {
  for (const key of Object.keys(noneLanded()) as (keyof LandedRecords)[]) sum[key] += landed[key];
}

/** Call it first in a transaction in which a run lands records. */
export async function openLanding({ db }: Session, runId: string): Promise<Landing> {
  await openRejects(db);
  return openIncoming(db, runId);
}

/**
 * The first half of landing records of a file: copies in the new events and stages the others; it may run concurrently with the
 * second half of the previous chunk. What is not new counts as a duplicate until `settleRecords`, which must follow in the same
 * transaction, once for all records of the file.
 */
export async function copyRecords(
  session: Session,
  landing: Landing,
  { known, skipped, rejects, events }: Records,
  expected: ExpectedIds,
): Promise<LandedRecords> {
  const copied = await copyNewEvents(session, events, expected);
  const stored = events.count(copied.fresh);
  await stageRest(session, landing, copied);
  await stageRejects(session, rejects);
  return {
    ...noneLanded(),
    records: known + events.length + skipped + rejects.length,
    stored,
    duplicates: known + events.length - stored,
    skipped,
    rejected: rejects.length,
  };
}

/** What was copied of one file, and how many of its duplicates need no comparison (`known`). */
export interface Unsettled {
  rules: FactRules;
  file: string;
  landed: LandedRecords;
  known: number;
}

/** Lands the rest of what was copied and marks what it affects: a step for `withDerivedFacts`. */
export async function settleRecords(
  session: Session,
  landing: Landing,
  { rules, file, landed, known }: Unsettled,
): Promise<LandedRecords> {
  const { stored, duplicates, rejected } = landed;
  const found = await settleEvents(session, landing, { file, repeated: duplicates - known });
  if (stored > 0) await markResultsOfEvents(session.db, rules);
  const newRejects = rejected === 0 ? 0 : await keepStagedRejects(session.db, landing.runId);
  const settled = { ...landed, ...found, duplicates: duplicates - found.conflicts, newRejects };
  const { records, newRejects: _, newConflicts: __, ...outcomes } = settled;
  assertAllCounted("records", records, outcomes);
  return settled;
}
