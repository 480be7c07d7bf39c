import type { Verdict } from "../../domain/findings/finding.js";
import type { TestCase } from "./junit.js";

/** A finding as a test case tells it. */
export interface CaseFinding {
  verdict: Verdict;
  /** One line with the arithmetic. */
  summary: string;
}

const lineOf = ({ verdict, summary }: CaseFinding): string => `${verdict}: ${summary}`;

const messageOf = ([first, ...others]: readonly CaseFinding[]): string =>
  `${first?.summary ?? ""}${others.length === 0 ? "" : ` (and ${others.length} more)`}`;

/** The case of one check and student (or file): it fails by findings of the failing verdicts and mentions the others. */
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
