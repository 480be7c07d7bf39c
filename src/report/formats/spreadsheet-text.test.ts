import { expect, test } from "vitest";
import { spreadsheetText, visibleCell } from "./spreadsheet-text.js";

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])("%j is no formula", (text) => {
  expect(spreadsheetText(text)).toBe(`'${text}`);
});

test.each(["", "a=1", " =1", "'=1", "maya@school.example", "3", "{}"])("%j stays as it is", (text) => {
  expect(spreadsheetText(text)).toBe(text);
});

test("terminal control characters are escaped; newlines and tabs are kept, a lone carriage return is not", () => {
  expect(visibleCell("a\u001b[31m\u009b2J\u202e\tb\r\nc\nd\re")).toBe(
    "a\\u001b[31m\\u009b2J\\u202e\tb\r\nc\nd\\u000de",
  );
});
