import { printable } from "../../domain/values/printable.js";

/** Starts of a formula in spreadsheets; some skip leading tabs and line breaks. */
const FORMULA = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/;
const KEPT = /(\r?\n|\t)/;

/** Makes text of a CSV cell safe for spreadsheets: an apostrophe before what would be a formula. docs/reading.md. */
export const spreadsheetText = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** Makes a CSV cell safe for terminals: control characters, except tabs and line ends, are escaped as in a table. */
export const visibleCell = (cell: string): string =>
  cell
    .split(KEPT)
    .map((part, at) => (at % 2 === 1 ? part : printable(part)))
    .join("");
