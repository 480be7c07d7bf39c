/** Controls, lone surrogates, line separators and the marks that turn text around on a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const writtenOut = (mark: string): string => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** One line without anything that a terminal would obey: such characters are written as `\u001b`. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, writtenOut);

const ESCAPE = String.fromCharCode(27);
const OWN_MARKS = new RegExp(`(\\n|${ESCAPE}\\[(?:1|22)m)`);

/** As `printable`, of text with lines of its own; what makes a heading bold in our tables stays too. */
export const printableText = (text: string): string =>
  text
    .split(OWN_MARKS)
    .map((part, at) => (at % 2 === 1 ? part : printable(part)))
    .join("");

/** As `printable`, of JSON: the same values, since JSON writes these characters in the same way. Its own lines stay. */
export const printableJson = (json: string): string =>
  json.replace(UNPRINTABLE, (mark) => (mark === "\n" ? mark : writtenOut(mark)));
