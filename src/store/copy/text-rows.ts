const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** One value in PostgreSQL's COPY text format; null is `\N`. The text must not hold U+0000. */
export function copyValue(value: string | number | boolean | null): string {
  if (value === null) return "\\N";
  if (typeof value !== "string") return String(value);
  return SPECIAL.test(value) ? value.replace(/[\\\t\n\r]/g, (found) => ESCAPES[found] ?? found) : value;
}

/** One row in PostgreSQL's COPY text format, with its line end. */
export function copyRow(values: readonly (string | number | boolean | null)[]): string {
  let row = "";
  let tab = "";
  for (const value of values) {
    row += tab + copyValue(value);
    tab = "\t"; // also after an empty first value
  }
  return `${row}\n`;
}

/** A PostgreSQL array literal of text members, for a COPY column. */
export const arrayLiteral = (members: readonly string[]): string =>
  `{${members.map((member) => `"${member.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;

const UNESCAPED: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** The value of one field in COPY text format; null for `\N`. */
export const readCopyValue = (field: string): string | null =>
  field === "\\N" ? null : field.replace(/\\(.)/gs, (_, letter: string) => UNESCAPED[letter] ?? letter);
