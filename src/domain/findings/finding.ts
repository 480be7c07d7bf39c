import { createHash } from "node:crypto";
import { type JsonValue, jsonText, xpNumber } from "../values/json-text.js";
import { FINDING_KINDS, type FindingKind, VERDICTS, type Verdict } from "./finding-kind.js";

export { FINDING_KINDS, type FindingKind, VERDICTS, type Verdict };

/** One claim of the audit, with its amounts (exact decimal text, XP) and its proof. docs/audit.md, docs/contracts.md. */
export interface Finding {
  /** Stable: the same claim about the same rows has the same id in every run. */
  id: string;
  kind: FindingKind;
  verdict: Verdict;
  studentId: string;
  email: string | null;
  /** Day of the fact that the finding is about, in the stored zone. */
  date: string | null;
  app: string | null;
  /** One line for people, with the arithmetic. */
  summary: string;
  /** What the facts that the finding touches count now, and what they should; inflation = counted - truth. */
  counted: string;
  truth: string;
  inflation: string;
  /** True while the other route of the XP has not been loaded: nothing is counted twice yet. */
  pending: boolean;
  /** Members that only this kind has, in their order. */
  particulars: Readonly<Record<string, JsonValue>>;
  evidence: Readonly<Record<string, JsonValue>>;
}

const ID_DIGITS = 16;

/** The id of a finding: of its kind, its student and the names of the rows that it is about. */
export const findingId = (kind: FindingKind, studentId: string, about: readonly string[]): string =>
  createHash("sha256")
    .update(JSON.stringify([kind, studentId, ...about]))
    .digest("hex")
    .slice(0, ID_DIGITS);

/** The members that findings of every kind have, beside their evidence. */
export type FindingMember = Exclude<keyof Finding, "particulars" | "evidence">;

/** Those members in the order in which a finding is written. An amount is a number there. */
export const FINDING_MEMBERS: Readonly<Record<FindingMember, "text" | "day" | "amount" | "boolean">> = {
  id: "text",
  kind: "text",
  verdict: "text",
  studentId: "text",
  email: "text",
  date: "day",
  app: "text",
  summary: "text",
  counted: "amount",
  truth: "amount",
  inflation: "amount",
  pending: "boolean",
};

/** A finding as one line of JSON (docs/contracts.md, "Output"). */
export function findingJson(finding: Finding): string {
  const members = Object.entries(FINDING_MEMBERS).map(([name, kind]): [string, JsonValue] => {
    const value = finding[name as FindingMember];
    return [name, kind === "amount" ? xpNumber(String(value)) : value];
  });
  return jsonText({ ...Object.fromEntries(members), ...finding.particulars, evidence: finding.evidence });
}
