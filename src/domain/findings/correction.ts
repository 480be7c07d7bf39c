import type { Verdict } from "./finding.js";

/** What a repair would do to the events of one app. XP as exact decimal text. */
export interface PlannedApp {
  app: string | null;
  corrections: number;
  excessXp: string;
  /** Why its events are left alone unless the app or the student is named; null where they are corrected. */
  heldBack: string | null;
}

/** Where a correction stands: only planned, in force, or retired. */
export type CorrectionState = "planned" | "live" | "undone";

/** A correction of one event's XP to its own XP. Amounts are exact decimal text. docs/repair.md. */
export interface ListedCorrection {
  id: string;
  eventId: string;
  studentId: string;
  email: string | null;
  /** Day of the event's fact. */
  date: string | null;
  /** XP of the event's fact without and with the correction. */
  from: string;
  to: string;
  excessXp: string;
  /** The results that hold the excess. */
  results: readonly string[];
  verdict: Verdict;
  rule: string;
  state: CorrectionState;
  /** The reason given by a person; null if the audit confirmed it. */
  reason: string | null;
  madeBy: string | null;
  /** ISO 8601, UTC. */
  madeAt: string | null;
  runId: string | null;
  retiredBy: string | null;
  retiredAt: string | null;
  retiredRunId: string | null;
  /** The finding in one line. */
  summary: string;
}

/** XP of a student's facts before and after corrections; exact decimal text. */
export interface CorrectedTotal {
  studentId: string;
  email: string | null;
  before: string;
  after: string;
}
