import type { FindingKind, Verdict } from "./finding.js";

/** One student, and the findings of one kind about them; none where the check was passed. */
export interface JudgedCase {
  studentId: string;
  email: string | null;
  /** The surest first. */
  findings: { verdict: Verdict; summary: string }[];
}

/** How many students were judged, and for how many of them findings of a kind are a failure. */
export interface JudgedCounts {
  students: number;
  failures: ReadonlyMap<FindingKind, number>;
}
