/** Control characters, lone surrogates, line separators and marks that reverse text on a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const writtenOut = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** The text on one line, with every character that a terminal would interpret written as `\u001b`. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, writtenOut);

const ESCAPE = String.fromCharCode(27);
const OWN_MARKS = new RegExp(`(\\n|${ESCAPE}\\[(?:1|22)m)`);

/** As `printable`, for text of several lines; the codes for bold headings of our tables stay too. */
export const printableText = (text: string): string =>
  text
    .split(OWN_MARKS)
    .map((part, at) => (at % 2 === 1 ? part : printable(part)))
    .join("");

/** As `printable`, for JSON of several lines: its values stay the same, since JSON escapes these characters the same way. */
export const printableJson = (json: string): string =>
  json.replace(UNPRINTABLE, (mark) => (mark === "\n" ? mark : writtenOut(mark)));
