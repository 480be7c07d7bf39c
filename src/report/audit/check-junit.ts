import { CHECKS, type CheckFinding, type CheckKind } from "../../domain/findings/check-finding.js";
import type { Verdict } from "../../domain/findings/finding.js";
import type { TestCase, TestSuite } from "../formats/junit.js";
import { testCase } from "../formats/test-case.js";
import { type CheckAnswer, checkSummary, notShown } from "./check-listing.js";

const PAGE = 1_000;

/** The subject of a check: a student; for `schema` the file, as an unreadable record has no student. */
const subjectOf = (check: CheckKind, { file, studentId }: CheckFinding): string =>
  check === "schema" ? file : (studentId ?? "");

function suiteOf(check: CheckKind, answer: CheckAnswer, failing: readonly Verdict[]): TestSuite {
  const { files, students, evidence } = answer;
  if (check === "bundled-xp" && !evidence.results && !evidence.resources) return unmade(check, notShown(answer));
  const found = new Map<string, CheckFinding[]>();
  for (const finding of answer.findings.filter((one) => one.check === check)) {
    const subject = subjectOf(check, finding);
    const held = found.get(subject);
    if (held === undefined) found.set(subject, [finding]);
    else held.push(finding);
  }
  const subjects = check === "schema" ? [...new Set(files.map(({ file }) => file))] : students;
  const fails = (findings: readonly CheckFinding[]) => findings.some(({ verdict }) => failing.includes(verdict));
  const caseOf = (subject: string): TestCase => {
    const findings = found.get(subject) ?? [];
    return testCase(
      subject,
      findings.map((finding) => ({ verdict: finding.verdict, summary: checkSummary(finding) })),
      failing,
    );
  };
  function* cases() {
    for (let from = 0; from < subjects.length; from += PAGE) yield subjects.slice(from, from + PAGE).map(caseOf);
  }
  const failures = [...found.values()].filter(fails).length;
  return { name: check, tests: subjects.length, failures, skipped: 0, cases: cases() };
}

const unmade = (check: CheckKind, why: readonly string[]): TestSuite => ({
  name: check,
  tests: 1,
  failures: 0,
  skipped: 1,
  cases: [[{ name: "all students", skipped: why.join("; ") }]],
});

/** One test suite per check, with a case for each student, or for each file in `schema`. */
export const checkSuites = (answer: CheckAnswer, failing: readonly Verdict[]): TestSuite[] =>
  CHECKS.map((check) => suiteOf(check, answer, failing));
