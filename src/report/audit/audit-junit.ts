import type { FindingKind, Verdict } from "../../domain/findings/finding.js";
import type { JudgedCase, JudgedCounts } from "../../domain/findings/judged-case.js";
import type { TestSuite } from "../formats/junit.js";
import { testCase } from "../formats/test-case.js";

/** The email tells people who it is; the id stands with it, since an email may be of several students. */
const nameOf = ({ email, studentId }: JudgedCase): string => (email === null ? studentId : `${email} (${studentId})`);

async function* testCases(pages: AsyncIterable<readonly JudgedCase[]>, failing: readonly Verdict[]) {
  for await (const page of pages) yield page.map((one) => testCase(nameOf(one), one.findings, failing));
}

/** The test suites of an audit: one a kind, with a case for each student. `pages` gives those of a kind. */
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
