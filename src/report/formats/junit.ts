/** One check of one subject; passed without failure and skip. Texts may hold any characters. */
export interface TestCase {
  name: string;
  failure?: { message: string; type: string; text: string } | undefined;
  /** Why it was not run. */
  skipped?: string | undefined;
  /** Findings that are not failures. */
  output?: string | undefined;
}

/** The cases of one check. The counts are written before the cases, and are given because cases are streamed. */
export interface TestSuite {
  name: string;
  tests: number;
  failures: number;
  skipped: number;
  cases: AsyncIterable<readonly TestCase[]> | Iterable<readonly TestCase[]>;
}

/** Characters that XML 1.0 cannot represent: controls, lone surrogates, U+FFFE and U+FFFF. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
/** A parser normalises line ends in text, and any white space in an attribute. */
const IN_TEXT = /[&<>\r]/g;
const IN_ATTRIBUTE = /[&<>"\t\n\r]/g;
const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const entity = (mark: string): string => ENTITIES[mark] ?? `&#${mark.charCodeAt(0)};`;
const inText = (text: string): string => text.replace(FORBIDDEN, "").replace(IN_TEXT, entity);
const inAttribute = (text: string): string => text.replace(FORBIDDEN, "").replace(IN_ATTRIBUTE, entity);

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${inAttribute(String(value))}"`)
    .join("");

const countsOf = (suites: readonly TestSuite[]) => ({
  tests: suites.reduce((sum, { tests }) => sum + tests, 0),
  failures: suites.reduce((sum, { failures }) => sum + failures, 0),
  errors: 0,
  skipped: suites.reduce((sum, { skipped }) => sum + skipped, 0),
});

function caseXml(suite: string, { name, failure, skipped, output }: TestCase): string {
  const members = [
    ...(skipped === undefined ? [] : [`<skipped${attributes({ message: skipped })}/>`]),
    ...(failure === undefined
      ? []
      : [`<failure${attributes({ message: failure.message, type: failure.type })}>${inText(failure.text)}</failure>`]),
    ...(output === undefined ? [] : [`<system-out>${inText(output)}</system-out>`]),
  ];
  const open = `<testcase${attributes({ classname: suite, name })}`;
  return members.length === 0 ? `    ${open}/>\n` : `    ${open}>${members.join("")}</testcase>\n`;
}

/** JUnit XML, as CI systems read test results, in pieces. Deterministic: it contains no times. */
export async function* renderJunit(name: string, suites: readonly TestSuite[]): AsyncGenerator<string> {
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name, ...countsOf(suites) })}>\n`;
  for (const suite of suites) {
    yield `  <testsuite${attributes({ name: suite.name, ...countsOf([suite]) })}>\n`;
    for await (const page of suite.cases) yield page.map((one) => caseXml(suite.name, one)).join("");
    yield "  </testsuite>\n";
  }
  yield "</testsuites>\n";
}
