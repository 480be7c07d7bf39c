import { type Finding, findingId } from "../../../domain/findings/finding.js";
import { decimalText } from "../../../domain/values/decimal.js";
import { type JsonValue, xpNumber } from "../../../domain/values/json-text.js";
import { isAnyDifference } from "../../../store/audit/fact-checks/expected-facts.js";
import { groupFacts } from "../../../store/audit/fact-checks/fact-groups.js";
import {
  type ColumnDifference,
  type FactGroup,
  type GroupFact,
  judgeGroups,
  listGroups,
} from "../../../store/audit/fact-checks/group-findings.js";
import { findLostSources } from "../../../store/audit/fact-checks/lost-sources.js";
import type { Check } from "./check.js";
import { xpWords } from "./xp-words.js";

/**
 * Compares every stored fact, whichever program wrote it, with the expected facts of the landed records. Each fact of either side is
 * in at most one finding, and a student's inflation sums to exactly the XP that its stored facts count too much. docs/audit.md,
 * "Stored and expected facts".
 */
export const factIntegrity: Check = {
  kinds: ["double-counted", "orphan-fact", "missing-fact", "stale-fact"],
  meaning: "facts that count a source twice, have lost theirs, are missing or out of date",
  async *find({ session: { db } }) {
    if (!(await isAnyDifference(db))) return;
    await groupFacts(db);
    await findLostSources(db);
    await judgeGroups(db);
    for await (const rows of listGroups(db)) yield rows.map(toFinding);
  },
};

function toFinding(row: FactGroup): Finding {
  const { kind, studentId, email, date, app, counted, truth, inflation } = row;
  const facts = row.stored.length > 0 ? row.stored : row.expected;
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

const sourcesOf = ({ stored, expected }: FactGroup): string[] =>
  [...new Set([...stored, ...expected].flatMap(({ sources }) => sources))].sort(byText);

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const SHOWN_TERMS = 8;

/** `9 + 5`; above eight facts only their number. */
function sum(facts: readonly GroupFact[]): string {
  const terms = facts.filter(({ xp }) => xp !== null && decimalText(xp) !== "0").map(({ xp }) => xpWords(xp));
  return terms.length > SHOWN_TERMS ? counts(terms.length) : terms.join(" + ");
}
const counts = (n: number): string => (n === 1 ? "1 fact" : `${n} facts`);

const summaries: Record<FactGroup["kind"], (row: FactGroup) => string> = {
  "double-counted": (row) => {
    const tooMuch = `${xpWords(row.counted)} XP counted, ${xpWords(row.truth)} earned`;
    if (row.elsewhere.length === 0)
      return `one activity is counted by several facts: ${sum(row.stored)} = ${tooMuch}${excess(row)}`;
    const others = [...new Set(row.elsewhere.map(({ studentId }) => studentId))].join(", ");
    return `one record is counted for several students (also for ${others}): ${tooMuch} by this one`;
  },
  "orphan-fact": (row) =>
    `${counts(row.stored.length)} without a record behind (${states(row)}): ${xpWords(row.counted)} XP counted, 0 earned`,
  "missing-fact": (row) => `a record that should count has no fact: 0 XP counted, ${xpWords(row.truth)} earned`,
  "stale-fact": (row) =>
    row.expected.length === 0
      ? `${counts(row.stored.length)} that should not be there (the record is ${states(row)}): ${xpWords(row.counted)} XP counted, 0 earned`
      : `${counts(row.stored.length)} out of date (${differing(row)}): ${xpWords(row.counted)} XP counted, ${xpWords(row.truth)} earned`,
};

/** May be empty or too little: two facts of one record can happen to count no more than it is worth. */
function excess({ inflation }: FactGroup): string {
  const amount = xpWords(inflation);
  if (amount === "0") return "";
  return amount.startsWith("-") ? `, ${amount.slice(1)} too little` : `, ${amount} too much`;
}

const states = ({ lost }: FactGroup): string => [...new Set(lost.map(({ state }) => state))].sort(byText).join(", ");

const differing = ({ differences, stored, expected }: FactGroup): string => {
  const columns = differences.map(({ column }) => column);
  if (stored.length !== expected.length) columns.push(`${counts(stored.length)} instead of ${expected.length}`);
  return columns.join(", ");
};

const factEvidence = ({ factKey, xp, at, sources }: GroupFact): JsonValue => ({
  factKey,
  xp: xpNumber(xp),
  at,
  sources,
});

function evidenceOf({ kind, stored, expected, differences, lost, elsewhere }: FactGroup): Finding["evidence"] {
  return {
    rule: rules[kind],
    standing: stored.map(factEvidence),
    expected: expected.map(factEvidence),
    ...(differences.length === 0 ? {} : { differences: differences.map(differenceEvidence) }),
    ...(lost.length === 0 ? {} : { records: lost.map(({ source, state }) => ({ source, state })) }),
    ...(elsewhere.length === 0
      ? {}
      : { elsewhere: elsewhere.map(({ studentId, factKey, xp }) => ({ studentId, factKey, xp: xpNumber(xp) })) }),
  };
}

function differenceEvidence({ column, stored, expected, numeric }: ColumnDifference): JsonValue {
  const value = (text: string | null): JsonValue => (numeric ? xpNumber(text) : text);
  return { column, stands: value(stored), expected: value(expected) };
}

const rules: Record<FactGroup["kind"], string> = {
  "double-counted": "a record, with the records linked to it, counts in one fact of one student",
  "orphan-fact": "a fact needs a record that was loaded and is still there",
  "missing-fact": "a record that carries metrics, or XP that nothing else explains, has a fact",
  "stale-fact": "a fact is what its records say, in every column",
};
