import { printable } from "../domain/printable.js";

/** What a spreadsheet takes for the start of a formula; tabs and line breaks some skip before they look. */
const FORMULA = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/;
const KEPT = /(\r?\n|\t)/;

/**
 * Text of a CSV cell that no spreadsheet runs and no terminal obeys: an apostrophe before what would be a formula, and
 * control characters, except tabs and line ends, written out as in a table. docs/reading.md.
 */
export function spreadsheetText(text: string): string {
  const parts = text.split(KEPT).map((part, at) => (at % 2 === 1 ? part : printable(part)));
  return `${FORMULA.test(text) ? "'" : ""}${parts.join("")}`;
}
