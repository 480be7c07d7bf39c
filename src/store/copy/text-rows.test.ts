import { expect, test } from "vitest";
import { copyRow, readCopyValue } from "./text-rows.js";

const LONG = "x".repeat(300);

test.each([
  ["an empty first value", ["", "a", ""]],
  ["empty values only", ["", "", ""]],
  ["nulls and what looks like one", [null, "\\N", "N"]],
  ["the end of the data", ["\\.", "\\", "."]],
  ["tabs, line ends and backslashes", ["a\tb", "c\nd\r\ne", "f\\tg"]],
  ["the same in long text", [`${LONG}\t`, `${LONG}\n\r`, `${LONG}\\`]],
])("a row with %s keeps all of its columns", (_, values) => {
  const row = copyRow(values);
  expect(row.endsWith("\n")).toBe(true);
  expect(row.slice(0, -1).split("\t").map(readCopyValue)).toEqual(values);
});
