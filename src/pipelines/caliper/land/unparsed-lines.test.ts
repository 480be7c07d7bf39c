import { expect, test } from "vitest";
import { lineDigest } from "../../../domain/values/digest.js";
import type { InputLine } from "../input/splitter.js";
import { UnreadLines } from "./unparsed-lines.js";

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

const held = (): UnreadLines => {
  const lines = new UnreadLines();
  for (const line of [withId, withoutId, withAnother]) lines.add(line, lineDigest(line.text));
  return lines;
};

test("lines are supposed to be the payloads of the first ids in them", () => {
  expect(held().supposed).toEqual([
    { eventId: ID.toLowerCase(), digest: lineDigest(withId.text) },
    { eventId: ID.replace("A", "b").toLowerCase(), digest: lineDigest(withAnother.text) },
  ]);
});

test("what is not known comes out as it went in", () => {
  expect(held().toRead(new Set([0, 1]))).toEqual([withId, withoutId, withAnother]);
  expect(held().toRead(new Set([0]))).toEqual([withId, withoutId]);
  expect(held().toRead(new Set())).toEqual([withoutId]);
});

test("known lines alone leave nothing; what was cleared holds nothing", () => {
  const lines = new UnreadLines();
  lines.add(withId, lineDigest(withId.text));
  expect(lines.toRead(new Set())).toEqual([]);
  lines.clear();
  expect([lines.length, lines.bytes, lines.supposed, lines.toRead(new Set())]).toEqual([0, 0, [], []]);
});
