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

/** What became of the records: records = stored + duplicates + conflicts + skipped + rejected. docs/caliper.md. */
export interface RecordCounts {
  records: number;
  stored: number;
  duplicates: number;
  conflicts: number;
  skipped: number;
  rejected: number;
}

/** What became of records, and how many rejects and conflicts no run had kept before: they want attention. */
export interface LandedRecords extends RecordCounts {
  newRejects: number;
  newConflicts: number;
}

/** Nothing became of nothing. */
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

/** Adds what was landed in one step to a sum. */
export function addLanded(sum: LandedRecords, landed: LandedRecords): void {
  for (const key of Object.keys(noneLanded()) as (keyof LandedRecords)[]) sum[key] += landed[key];
}

/** Must come first in a transaction in which a run lands records. */
export async function openLanding({ db }: Session, runId: string): Promise<Landing> {
  await openRejects(db);
  return openIncoming(db, runId);
}

/**
 * Copies the new events of some records of a file in, and lists the others: the first half of landing them, which may
 * run beside the second half of what was read before. What is not new is taken for a duplicate until `settleRecords`,
 * which must follow in the same transaction, once for all records of the file.
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

/** What was copied of one file, and how many of its duplicates were not compared (`known`). */
export interface Unsettled {
  rules: FactRules;
  file: string;
  landed: LandedRecords;
  known: number;
}

/** Lands the rest of what was copied, and affects what it may change: a step for `withDerivedFacts`. */
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
