import type { FindingKind, Verdict } from "./finding.js";

/** One student, and the findings of one kind about them; none if the check passed. */
export interface JudgedCase {
  studentId: string;
  email: string | null;
  /** The surest first. */
  findings: { verdict: Verdict; summary: string }[];
}

/** The number of students judged, and by kind the number with failing findings. */
export interface JudgedCounts {
  students: number;
  failures: ReadonlyMap<FindingKind, number>;
}
