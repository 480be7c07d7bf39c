import type { FindingKind, Verdict } from "../../domain/findings/finding.js";
import type { JudgedCase, JudgedCounts } from "../../domain/findings/judged-case.js";
import type { TestSuite } from "../formats/junit.js";
import { testCase } from "../formats/test-case.js";

/** People know the email; the id is added because several students may share an email. */
const nameOf = ({ email, studentId }: JudgedCase): string => (email === null ? studentId : `${email} (${studentId})`);

async function* testCases(pages: AsyncIterable<readonly JudgedCase[]>, failing: readonly Verdict[]) {
  for await (const page of pages) yield page.map((one) => testCase(nameOf(one), one.findings, failing));
}

/** The test suites of an audit: one per kind, with a case for each student. `pages` yields the cases of a kind. */
export const auditSuites = (
  kinds: readonly FindingKind[],
  { students, failures }: JudgedCounts,
  pages: (kind: FindingKind) => AsyncIterable<readonly JudgedCase[]>,
  failing: readonly Verdict[],
): TestSuite[] =>
  kinds.map((kind) => ({
    name: kind,
    tests: students,
    failures: failures.get(kind) ?? 0,
    skipped: 0,
    cases: testCases(pages(kind), failing),
  }));
