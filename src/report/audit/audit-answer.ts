import type { ListedFinding } from "../../domain/findings/listed-finding.js";
import type { JudgedDay, JudgedStudent } from "../../domain/findings/student-summary.js";
import type { Calibration } from "../../domain/rules/calibration.js";
import { printable } from "../../domain/values/printable.js";
import { numberToken } from "../formats/fields.js";
import { bundledIds, bundledTodo, bundledWhy } from "./bundled-answer.js";
import { calibrationLine } from "./calibration-line.js";
import { ADVICE, senderLine } from "./finding-advice.js";
import { membersOf } from "./finding-listing.js";

/** What is known of the students with one email. */
export interface AuditAnswer {
  email: string;
  /** Requested restrictions, in words; empty if there are none. */
  only: string;
  students: readonly JudgedStudent[];
  days: readonly JudgedDay[];
  /** The surest and worst first. */
  findings: readonly ListedFinding[];
  calibrations: readonly Calibration[];
  /** The meanings of the checks made. */
  checked: readonly string[];
}

const xp = (amount: string): string => `${numberToken(amount)} XP`;
const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? "" : "s"}`;
const unique = (lines: readonly string[]): string[] => [...new Set(lines)];

/** An answer that support can read out and paste: what is shown, what is true, why, what to do, who must fix it; ids last. */
export function auditAnswer(asked: AuditAnswer): string[] {
  const answer = { ...asked, findings: byDay(asked.findings) };
  const { email, students, findings, only } = answer;
  const many = students.length > 1;
  const lines = [
    ...(many ? [`${students.length} students have the email ${email}; each is shown by its id.`] : []),
    ...students.flatMap((student) => studentLines(answer, student, many ? student.studentId : email)),
    ...(students.length === 0 ? [`${email}: no facts in this scope, and no errors found.`] : []),
    ...(findings.length === 0 ? checkedLines(answer) : nextLines(answer)),
    ...(only === "" ? [] : ["", `Limited to ${only}.`]),
  ];
  return lines.map(printable);
}

/** By day, then the surest and worst first; findings without a day last. */
const byDay = (findings: readonly ListedFinding[]): ListedFinding[] => {
  const day = ({ date }: ListedFinding) => date ?? "unknown"; // sorts after every day
  return findings.toSorted((a, b) => Number(day(a) > day(b)) - Number(day(a) < day(b)));
};

function studentLines({ days, findings }: AuditAnswer, student: JudgedStudent, name: string): string[] {
  const own = findings.filter(({ studentId }) => studentId === student.studentId);
  if (own.length === 0)
    return [
      `${name}: no errors found. The dashboard shows ${xp(student.shownXp)} on ${plural(student.days, "day")}; every check that was made passed.`,
    ];
  const ofStudent = days.filter(({ studentId }) => studentId === student.studentId);
  return [
    `${name}: ${headline(student, own)}`,
    ...ofStudent.flatMap((day) => ["", ...dayLines(day, own)]),
    ...(student.cleanDays === 0
      ? []
      : ["", `On ${plural(student.cleanDays, "other day")} (${xp(student.cleanXp)}) no errors were found.`]),
  ];
}

function headline({ shownXp, trueXp, days }: JudgedStudent, findings: readonly ListedFinding[]): string {
  const shows = `the dashboard shows ${xp(shownXp)} on ${plural(days, "day")}`;
  if (findings.some(({ verdict, inflation }) => verdict === "confirmed" && Number(inflation) !== 0))
    return `${shows}, the truth is ${numberToken(trueXp)}.`;
  return `${shows}; no XP is proven wrong, but ${plural(findings.length, "finding")} should be reviewed.`;
}

function dayLines({ date, shownXp, trueXp }: JudgedDay, findings: readonly ListedFinding[]): string[] {
  const found = findings.filter((finding) => finding.date === date);
  return [dayLine(date, shownXp, trueXp), ...found.flatMap((finding) => whyLines(finding).map((line) => `  ${line}`))];
}

function dayLine(date: string | null, shownXp: string, trueXp: string): string {
  if (date === null) return "Day unknown:";
  if (numberToken(shownXp) === numberToken(trueXp)) return `${date}: the dashboard shows ${xp(shownXp)}.`;
  return `${date}: the dashboard shows ${xp(shownXp)}, the truth is ${numberToken(trueXp)}.`;
}

function whyLines(finding: ListedFinding): string[] {
  const { kind, verdict, summary } = finding;
  const label = verdict === "confirmed" ? "Why: " : "To review: ";
  const [first, ...rest] = kind === "bundled-xp" ? bundledWhy(finding) : [`${summary} (${kind}, ${verdict})`];
  return [`${label}${first}`, ...rest.map((line) => `${" ".repeat(label.length)}${line}`)];
}

function checkedLines({ checked }: AuditAnswer): string[] {
  return checked.length === 0 ? [] : ["", "Checked:", ...checked.map((meaning) => `  ${meaning}`)];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...unique(lines).map((line) => `  ${line}`)];

function nextLines({ findings, calibrations }: AuditAnswer): string[] {
  const bundled = new Set(findings.filter(({ kind }) => kind === "bundled-xp").map(({ app }) => app));
  const isRepairable = findings.some(({ kind, verdict }) => kind === "bundled-xp" && verdict === "confirmed");
  return [
    ...section("How the app pays:", calibrations.filter(({ app }) => bundled.has(app)).map(calibrationLine)),
    ...section("What to do:", [
      ...findings.map((finding) => (finding.kind === "bundled-xp" ? bundledTodo(finding) : ADVICE[finding.kind].todo)),
      ...(isRepairable
        ? ["timeback repair with this email prints the plan; add --yes to apply it. It can be undone."]
        : []),
    ]),
    ...section(
      "Who needs to fix the cause:",
      findings.map(({ kind, app }) => senderLine(kind, app)),
    ),
    ...section("For the engineer:", findings.map(idLine)),
  ];
}

/** The ids behind a finding, for the engineer. */
export function idLine(finding: ListedFinding): string {
  const { id, kind, verdict, studentId } = finding;
  const head = `finding ${id} (${kind}, ${verdict}), student ${studentId}`;
  if (kind === "bundled-xp") return `${head}: ${bundledIds(finding)}`;
  const { factKeys, sources } = membersOf(finding);
  const names = [factKeys, sources].flat().filter((name) => typeof name === "string");
  return names.length === 0 ? head : `${head}: ${unique(names).join(", ")}`;
}
