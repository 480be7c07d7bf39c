import type { Verdict } from "../../domain/findings/finding.js";
import type { TestCase } from "./junit.js";

/** The part of a finding that a test case shows. */
export interface CaseFinding {
  verdict: Verdict;
  /** One line with the arithmetic. */
  summary: string;
}

const lineOf = ({ verdict, summary }: CaseFinding): string => `${verdict}: ${summary}`;

const messageOf = ([first, ...others]: readonly CaseFinding[]): string =>
  `${first?.summary ?? ""}${others.length === 0 ? "" : ` (and ${others.length} more)`}`;

/** The case of one check and student (or file): findings of failing verdicts make it fail, others are output. */
export function testCase(name: string, findings: readonly CaseFinding[], failing: readonly Verdict[]): TestCase {
  const faults = findings.filter(({ verdict }) => failing.includes(verdict));
  const others = findings.filter(({ verdict }) => !failing.includes(verdict));
  const [worst] = faults;
  return {
    name,
    ...(worst === undefined
      ? {}
      : { failure: { message: messageOf(faults), type: worst.verdict, text: faults.map(lineOf).join("\n") } }),
    ...(others.length === 0 ? {} : { output: others.map(lineOf).join("\n") }),
  };
}
