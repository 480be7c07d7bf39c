import type { Verdict } from "./finding.js";

/** The checks of `timeback check`, in the order of its test suites. docs/check.md. */
export const CHECKS = ["schema", "conflict", "duplicate-event", "bundled-xp"] as const;

export type CheckKind = (typeof CHECKS)[number];

/** An event, or an unreadable record, that breaks the contract. Amounts are exact decimal text, XP. docs/check.md. */
export interface CheckFinding {
  /** As given on the command line; `-` is stdin. */
  file: string;
  /** 1-based. */
  line: number;
  check: CheckKind;
  verdict: Verdict;
  /** The code of the reject, else the check. */
  code: string;
  /** One line for people. */
  reason: string;
  /** Null if the record cannot be read. */
  eventId: string | null;
  studentId: string | null;
  xp: string | null;
  /** `9 = 3 own + 5 (a video) + 1 (an article)`; null if there is no sum. */
  arithmetic: string | null;
}

/** Most rejected records listed per file; further ones are only counted, as in a file that is not Caliper at all. */
export const MOST_LISTED = 10_000;

/** Outcome counts of one file. */
export interface CheckedFile {
  file: string;
  records: number;
  events: number;
  skipped: number;
  rejected: number;
}
