import { decimalText } from "./decimal.js";

/** An exact decimal number, held as text and written to JSON with all its digits. */
export class ExactNumber {
  constructor(readonly text: string) {}
}

/** The values that `jsonText` writes. Plain numbers are for counts and seconds; XP is an ExactNumber. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | ExactNumber
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** XP, or null, as a JSON number that keeps every digit. */
export const xpNumber = (xp: string | null): ExactNumber | null => (xp === null ? null : new ExactNumber(xp));

/** JSON on one line: members in their order, exact numbers without trailing zeros; a number that is not finite is null. */
export function jsonText(value: JsonValue): string {
  if (value instanceof ExactNumber) return decimalText(value.text) ?? "null";
  if (isList(value)) return `[${value.map(jsonText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`);
  return `{${members.join(",")}}`;
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
