import { expect, test } from "vitest";
import { readCell } from "./cell.js";

test.each([
  ["2025-03-01", "2025-03-01 00:00:00.000000", true],
  ["2025-03-01T10:20:00Z", "2025-03-01 10:20:00.000000", false],
  ["2025-03-01T10:20:00.123456-06:00", "2025-03-01 16:20:00.123456", false],
  ["2025-03-01 10:20:00.123", "2025-03-01 10:20:00.123000", false],
  ["2025-03-01T10:20", "2025-03-01 10:20:00.000000", false],
  ["2025-03-01 10:20:00+00", "2025-03-01 10:20:00.000000", false],
  ["2025-12-31T23:30:00-01:00", "2026-01-01 00:30:00.000000", false],
])("the moment %s is %s in naive UTC", (text, value, isDay) => {
  expect(readCell("moment", text)).toEqual({ ok: true, value, isDay });
});

test.each([
  "2025-02-29",
  "3/1/2025",
  "2025-03-01T25:00:00Z",
  "2025-13-01",
  "20250301",
  "2025-03-01T10:20:00 Chicago",
  "now",
])("%s is no moment", (text) => expect(readCell("moment", text)).toMatchObject({ ok: false }));

test.each([
  ["100.0", "100"],
  ["-2.39", "-2.39"],
  ["1e2", "100"],
])("the number %s is %s", (text, value) => expect(readCell("number", text)).toEqual({ ok: true, value }));

test.each(["85%", "1e39", "1e-60", "NaN", "Infinity", "0x10", "1,5"])("%s is not a number that fits a real", (text) =>
  expect(readCell("number", text)).toMatchObject({ ok: false }),
);

test.each([
  ["Math, Social Studies", '{"Math","Social Studies"}'],
  ['{Math,"Social Studies"}', '{"Math","Social Studies"}'],
  ['["Math", "Social Studies"]', '{"Math","Social Studies"}'],
  ["{}", "{}"],
])("the list %s is %s", (text, value) => expect(readCell("list", text)).toEqual({ ok: true, value }));

test("booleans, statuses and ids are read strictly", () => {
  expect(["true", "T", "1", "no"].map((text) => readCell("boolean", text))).toMatchObject([
    { value: "true" },
    { value: "true" },
    { value: "true" },
    { value: "false" },
  ]);
  expect(readCell("boolean", "maybe")).toMatchObject({ ok: false });
  expect(readCell("boolean", "constructor")).toMatchObject({ ok: false });
  expect(readCell("status", "ToBeDeleted")).toEqual({ ok: true, value: "tobedeleted" });
  expect(readCell("status", "deleted")).toMatchObject({ ok: false });
  expect(readCell("id", '"ar-1"x')).toMatchObject({ ok: false });
  expect(readCell("whole", "3.0")).toEqual({ ok: true, value: "3" });
});

test.each(['{"xp":5}', "null", '{"id":"4e12345"}', "[1e308]", '{"a":0.1000000000000000000001}'])(
  "%s is kept as the JSON it is",
  (text) => expect(readCell("json", text)).toEqual({ ok: true, value: text }),
);

test.each([
  "{xp:5}",
  '{"xp":1e99999}',
  String.raw`{"a":"\u0000"}`,
  String.raw`{"\ud800":1}`,
  "[".repeat(600) + "]".repeat(600),
  "",
])("%s is no JSON that the database can hold", (text) => expect(readCell("json", text)).toMatchObject({ ok: false }));

test("JSON nested too deep for the database is refused", () =>
  expect(readCell("json", "[".repeat(600) + "]".repeat(600))).toMatchObject({ ok: false }));
