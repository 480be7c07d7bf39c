import type { FindingKind, Verdict } from "./finding.js";

/** A finding as it is listed. Amounts are exact decimal text. docs/audit.md. */
export interface ListedFinding {
  id: string;
  kind: FindingKind;
  verdict: Verdict;
  studentId: string;
  email: string | null;
  date: string | null;
  app: string | null;
  summary: string;
  counted: string;
  truth: string;
  inflation: string;
  pending: boolean;
  /** The whole finding: one line of JSON. */
  body: string;
}

/** Findings under one name: a kind, an app, a week (its Monday). */
export interface FindingSum {
  name: string | null;
  findings: number;
  confirmed: number;
  /** Of the confirmed ones; XP as exact decimal text. */
  inflation: string;
}

/** What stands in a scope, and what its confirmed findings say of it. XP as exact decimal text. */
export interface AuditTotals {
  students: number;
  facts: number;
  countedXp: string;
  inflationXp: string;
  trueXp: string;
}
