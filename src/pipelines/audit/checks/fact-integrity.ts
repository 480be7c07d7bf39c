import { type Finding, findingId } from "../../../domain/findings/finding.js";
import { decimalText } from "../../../domain/values/decimal.js";
import { type JsonValue, xpNumber } from "../../../domain/values/json-text.js";
import { isAnythingOdd } from "../../../store/audit/fact-checks/expected-facts.js";
import { gatherFamilies } from "../../../store/audit/fact-checks/fact-groups.js";
import {
  type ColumnDifference,
  type FamilyFact,
  type FamilyRow,
  judgeFamilies,
  listFamilies,
} from "../../../store/audit/fact-checks/group-findings.js";
import { gatherAstray } from "../../../store/audit/fact-checks/lost-sources.js";
import type { Check } from "./check.js";
import { xpWords } from "./xp-words.js";

/**
 * Compares every fact that stands, whoever wrote it, with the facts that what is landed calls for. Each fact of either
 * side is in one finding at most, and over a student's findings the inflation sums up to exactly what its standing facts
 * count too much. docs/audit.md, "Facts as they stand".
 */
export const standingFacts: Check = {
  kinds: ["double-counted", "orphan-fact", "missing-fact", "stale-fact"],
  meaning: "facts that count a source twice, have lost theirs, are missing or out of date",
  async *find({ session: { db } }) {
    if (!(await isAnythingOdd(db))) return;
    await gatherFamilies(db);
    await gatherAstray(db);
    await judgeFamilies(db);
    for await (const rows of listFamilies(db)) yield rows.map(toFinding);
  },
};

function toFinding(row: FamilyRow): Finding {
  const { kind, studentId, email, date, app, counted, truth, inflation } = row;
  const facts = row.stands.length > 0 ? row.stands : row.called;
  const factKeys = facts.map(({ factKey }) => factKey);
  return {
    id: findingId(kind, studentId, factKeys),
    kind,
    verdict: "confirmed",
    studentId,
    email,
    date,
    app,
    summary: summaries[kind](row),
    counted,
    truth,
    inflation,
    pending: false,
    particulars: kind === "double-counted" ? { sources: sourcesOf(row), factKeys } : {},
    evidence: evidenceOf(row),
  };
}

const sourcesOf = ({ stands, called }: FamilyRow): string[] =>
  [...new Set([...stands, ...called].flatMap(({ sources }) => sources))].sort(byText);

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const SHOWN_TERMS = 8;

/** Reads `9 + 5`; of many facts only their number. */
function sum(facts: readonly FamilyFact[]): string {
  const terms = facts.filter(({ xp }) => xp !== null && decimalText(xp) !== "0").map(({ xp }) => xpWords(xp));
  return terms.length > SHOWN_TERMS ? counts(terms.length) : terms.join(" + ");
}
const counts = (n: number): string => (n === 1 ? "1 fact" : `${n} facts`);

const summaries: Record<FamilyRow["kind"], (row: FamilyRow) => string> = {
  "double-counted": (row) => {
    const tooMuch = `${xpWords(row.counted)} XP counted, ${xpWords(row.truth)} earned`;
    if (row.elsewhere.length === 0)
      return `one activity is counted by several facts: ${sum(row.stands)} = ${tooMuch}${excess(row)}`;
    const others = [...new Set(row.elsewhere.map(({ studentId }) => studentId))].join(", ");
    return `one record is counted for several students (also for ${others}): ${tooMuch} by this one`;
  },
  "orphan-fact": (row) =>
    `${counts(row.stands.length)} without a record behind (${states(row)}): ${xpWords(row.counted)} XP counted, 0 earned`,
  "missing-fact": (row) => `a record that should count has no fact: 0 XP counted, ${xpWords(row.truth)} earned`,
  "stale-fact": (row) =>
    row.called.length === 0
      ? `${counts(row.stands.length)} that should not be there (the record is ${states(row)}): ${xpWords(row.counted)} XP counted, 0 earned`
      : `${counts(row.stands.length)} out of date (${differing(row)}): ${xpWords(row.counted)} XP counted, ${xpWords(row.truth)} earned`,
};

/** Two facts of one record may by chance count what it is worth, or less. */
function excess({ inflation }: FamilyRow): string {
  const amount = xpWords(inflation);
  if (amount === "0") return "";
  return amount.startsWith("-") ? `, ${amount.slice(1)} too little` : `, ${amount} too much`;
}

const states = ({ astray }: FamilyRow): string =>
  [...new Set(astray.map(({ state }) => state))].sort(byText).join(", ");

const differing = ({ differences, stands, called }: FamilyRow): string => {
  const columns = differences.map(({ column }) => column);
  if (stands.length !== called.length) columns.push(`${counts(stands.length)} instead of ${called.length}`);
  return columns.join(", ");
};

const factEvidence = ({ factKey, xp, at, sources }: FamilyFact): JsonValue => ({
  factKey,
  xp: xpNumber(xp),
  at,
  sources,
});

function evidenceOf({ kind, stands, called, differences, astray, elsewhere }: FamilyRow): Finding["evidence"] {
  return {
    rule: rules[kind],
    standing: stands.map(factEvidence),
    expected: called.map(factEvidence),
    ...(differences.length === 0 ? {} : { differences: differences.map(differenceEvidence) }),
    ...(astray.length === 0 ? {} : { records: astray.map(({ source, state }) => ({ source, state })) }),
    ...(elsewhere.length === 0
      ? {}
      : { elsewhere: elsewhere.map(({ studentId, factKey, xp }) => ({ studentId, factKey, xp: xpNumber(xp) })) }),
  };
}

function differenceEvidence({ column, stands, called, numeric }: ColumnDifference): JsonValue {
  const value = (text: string | null): JsonValue => (numeric ? xpNumber(text) : text);
  return { column, stands: value(stands), expected: value(called) };
}

const rules: Record<FamilyRow["kind"], string> = {
  "double-counted": "a record, with the records linked to it, counts in one fact of one student",
  "orphan-fact": "a fact needs a record that was loaded and is still there",
  "missing-fact": "a record that carries metrics, or XP that nothing else explains, has a fact",
  "stale-fact": "a fact is what its records say, in every column",
};
