import type { Finding } from "./finding.js";

/** A finding in a list: without its proof, which is in `body`. Amounts are exact decimal text. docs/audit.md. */
export interface ListedFinding extends Omit<Finding, "particulars" | "evidence"> {
  /** The whole finding: one line of JSON. */
  body: string;
}

/** Findings grouped by kind, app or week (its Monday). */
export interface FindingSum {
  name: string | null;
  findings: number;
  confirmed: number;
  /** Of the confirmed findings; XP as exact decimal text. */
  inflation: string;
}

/** Totals of the facts in a scope, and of its confirmed findings. XP as exact decimal text. */
export interface AuditTotals {
  students: number;
  facts: number;
  countedXp: string;
  inflationXp: string;
  trueXp: string;
}
