import { printable } from "../../domain/values/printable.js";

/** What a spreadsheet takes for the start of a formula; tabs and line breaks some skip before they look. */
const FORMULA = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/;
const KEPT = /(\r?\n|\t)/;

/** Text of a CSV cell that no spreadsheet runs: an apostrophe before what would be a formula. docs/reading.md. */
export const spreadsheetText = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** A CSV cell that no terminal obeys: control characters, except tabs and line ends, written out as in a table. */
export const visibleCell = (cell: string): string =>
  cell
    .split(KEPT)
    .map((part, at) => (at % 2 === 1 ? part : printable(part)))
    .join("");
