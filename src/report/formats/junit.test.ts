import fc from "fast-check";
import { SaxesParser } from "saxes";
import { expect, test } from "vitest";
import { renderJunit, type TestCase } from "./junit.js";
import { testCase } from "./test-case.js";

async function rendered(name: string, cases: readonly TestCase[]): Promise<string> {
  const failures = cases.filter(({ failure }) => failure).length;
  let text = "";
  const suite = { name, tests: cases.length, failures, skipped: 0, cases: cases.map((one) => [one]) };
  for await (const part of renderJunit("all", [suite])) text += part;
  return text;
}

/** Element names, messages and texts, as a strict XML parser reads them. */
function parsed(xml: string): { names: string[]; messages: string[]; texts: string[] } {
  const read = { names: [] as string[], messages: [] as string[], texts: [] as string[] };
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (name === "testcase") read.names.push(String(attributes.name));
    if (name === "failure") read.messages.push(String(attributes.message));
  });
  parser.on("text", (text) => {
    if (text.trim() !== "") read.texts.push(text);
  });
  parser.write(xml).close();
  return read;
}

test("is this", async () => {
  const cases = [{ name: "ada" }, { name: "leo", failure: { message: "9 = 3 + 6", type: "confirmed", text: "a < b" } }];
  expect(await rendered("bundled-xp", cases)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="all" tests="2" failures="1" errors="0" skipped="0">
  <testsuite name="bundled-xp" tests="2" failures="1" errors="0" skipped="0">
    <testcase classname="bundled-xp" name="ada"/>
    <testcase classname="bundled-xp" name="leo"><failure message="9 = 3 + 6" type="confirmed">a &lt; b</failure></testcase>
  </testsuite>
</testsuites>
`);
});

test("a strict parser reads back any text that XML can hold, and accepts any other", async () => {
  const anyText = fc.string({
    unit: fc.oneof(
      fc.constantFrom("\0", "\u001b", "\r", "\n", "\t", '"', "<", "]]>", "&", "\ud800", "\ufffe"),
      fc.string({ unit: "binary", maxLength: 1, minLength: 1 }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(anyText, anyText, async (name, text) => {
      const read = parsed(await rendered(name, [{ name, failure: { message: text, type: "confirmed", text } }]));
      const kept = (raw: string) => raw.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "");
      expect(read.names).toEqual([kept(name)]);
      expect(read.messages).toEqual([kept(text)]);
      expect(read.texts).toEqual(kept(text).trim() === "" ? [] : [kept(text)]);
    }),
  );
});

test("findings of failing verdicts make one failure, the others are output", () => {
  const findings = [
    { verdict: "confirmed" as const, summary: "one" },
    { verdict: "confirmed" as const, summary: "two" },
    { verdict: "suspected" as const, summary: "three" },
  ];
  expect(testCase("ada", findings, ["confirmed"])).toEqual({
    name: "ada",
    failure: { message: "one (and 1 more)", type: "confirmed", text: "confirmed: one\nconfirmed: two" },
    output: "suspected: three",
  });
  expect(testCase("ada", findings, [])).toEqual({
    name: "ada",
    output: "confirmed: one\nconfirmed: two\nsuspected: three",
  });
  expect(testCase("ada", [], ["confirmed"])).toEqual({ name: "ada" });
});
