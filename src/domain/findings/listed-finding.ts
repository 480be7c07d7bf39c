import type { Finding } from "./finding.js";

/** A finding as it is listed: without its proof, which stands in `body`. Amounts are exact decimal text. docs/audit.md. */
export interface ListedFinding extends Omit<Finding, "particulars" | "evidence"> {
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
