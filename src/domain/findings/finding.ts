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
  /** XP that the facts of the finding count now, and that they should count; inflation = counted - truth. */
  counted: string;
  truth: string;
  inflation: string;
  /** True while the XP has not been loaded by its other route: nothing is counted twice yet. */
  pending: boolean;
  /** Members specific to this kind, in order. */
  particulars: Readonly<Record<string, JsonValue>>;
  evidence: Readonly<Record<string, JsonValue>>;
}

const ID_DIGITS = 16;

/** The id of a finding, a hash of its kind, its student and the names of the rows that it is about. */
export const findingId = (kind: FindingKind, studentId: string, about: readonly string[]): string =>
  createHash("sha256")
    .update(JSON.stringify([kind, studentId, ...about]))
    .digest("hex")
    .slice(0, ID_DIGITS);

/** The members of every kind of finding, besides evidence. */
export type FindingMember = Exclude<keyof Finding, "particulars" | "evidence">;

/** The types of those members, in the order in which they are written. An amount is written as a number. */
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
