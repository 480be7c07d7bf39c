import { expect, test } from "vitest";
import { lineDigest } from "../../../domain/values/digest.js";
import type { InputLine } from "../input/splitter.js";
import { UnparsedLines } from "./unparsed-lines.js";

const ID = "7D1F4C2E-0000-4000-8000-00000000000A";
const lineOf = (number: number, text: string): InputLine & { kind: "text" } => ({
  kind: "text",
  file: "events.ndjson",
  number,
  byteOffset: 100 * number,
  text,
});

const withId = lineOf(1, `  {"id":"urn:uuid:${ID}","name":"Brüche 🍕\t\\u0000"}  `);
const withoutId = lineOf(2, '{"type":"Person"}');
const withAnother = lineOf(4, `{"externalId" : "${ID.replace("A", "b")}"}`);

const held = (): UnparsedLines => {
  const lines = new UnparsedLines();
  for (const line of [withId, withoutId, withAnother]) lines.add(line, lineDigest(line.text));
  return lines;
};

test("a line is a candidate payload of the first id in it", () => {
  expect(held().candidates).toEqual([
    { eventId: ID.toLowerCase(), digest: lineDigest(withId.text) },
    { eventId: ID.replace("A", "b").toLowerCase(), digest: lineDigest(withAnother.text) },
  ]);
});

test("lines that are not landed come out unchanged", () => {
  expect(held().toParse(new Set([0, 1]))).toEqual([withId, withoutId, withAnother]);
  expect(held().toParse(new Set([0]))).toEqual([withId, withoutId]);
  expect(held().toParse(new Set())).toEqual([withoutId]);
});

test("nothing is left of known lines only, nor after clear", () => {
  const lines = new UnparsedLines();
  lines.add(withId, lineDigest(withId.text));
  expect(lines.toParse(new Set())).toEqual([]);
  lines.clear();
  expect([lines.length, lines.bytes, lines.candidates, lines.toParse(new Set())]).toEqual([0, 0, [], []]);
});
