import { expect, test } from "vitest";
import { differencesOf, membersOf } from "./json-members.js";

const difference = (kept: string, other: string) => differencesOf(membersOf(kept), membersOf(other));

test("spelling of numbers, order of members and order of metrics make no difference", () => {
  const kept =
    '{"generated":{"items":[{"type":"xpEarned","value":9},{"type":"totalQuestions","value":10}]},"a":"\\u0041"}';
  const other =
    '{"a": "A", "generated": {"items": [{"value": 1e1, "type": "totalQuestions"}, {"type": "xpEarned", "value": 9.0}]}}';
  expect(difference(kept, other)).toEqual([]);
});

test("numbers are compared with all their digits", () => {
  expect(difference('{"x":0.10000000000000001}', '{"x":0.1}')).toEqual([
    { path: "x", kept: "0.10000000000000001", other: "0.1" },
  ]);
});

test("a member that only one payload has differs from null", () => {
  expect(difference('{"a":{"b":[1,null]},"c":[]}', '{"a":{"b":[1]},"d":{}}')).toEqual([
    { path: "a.b.1", kept: "null", other: null },
    { path: "c", kept: "[]", other: null },
    { path: "d", kept: null, other: "{}" },
  ]);
});

test("the last of duplicate keys counts", () => {
  expect(difference('{"x":1,"x":2}', '{"x":2}')).toEqual([]);
});

test("an event nested to the limit is flattened", () => {
  const deep = `${'{"a":'.repeat(999)}1${"}".repeat(999)}`;
  expect([...membersOf(deep).values()]).toEqual(["1"]);
});
