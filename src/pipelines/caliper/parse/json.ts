import { parse as parseLossless } from "lossless-json";
import { printable } from "../../../domain/values/printable.js";

/** A JSON number with more digits, or a larger exponent, than a double keeps: its original text. */
export class ExactNumber {
  constructor(readonly token: string) {}
}

/** A JSON value, or one line that says why the text is not JSON. `exact`: whether it may hold an ExactNumber. */
export type Json =
  | { ok: true; value: unknown; exact: boolean }
  | { ok: false; code: "not-json" | "too-deep"; why: string };

// The end of the exponent is part of it: a UUID may well start with 4e12345.
const LONG_NUMBER = /[:[,\s]-?\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3,}(?=[\s,\]}]))/;
const LONG_TOKEN = /^-?\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3})/;
/** Files of old Macs are a single line here. */
const LONE_RETURN = "; a carriage return alone does not end a line";
const EXPLAINED_LENGTH = 1_000_000;

/**
 * Reads one JSON text. JSON.parse makes doubles, which hold any decimal of up to 15 significant digits exactly; a text that seems to
 * contain a longer number (or a three-digit exponent) is read again by lossless-json, which keeps such numbers as ExactNumber. A
 * false alarm only costs time. The last of duplicate keys counts on both paths.
 */
export function readJson(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (!LONG_NUMBER.test(text) && !LONG_TOKEN.test(text)) return { ok: true, value, exact: false };
    return { ok: true, value: parseLossless(text, null, LOSSLESS), exact: true };
  } catch (error) {
    if (error instanceof RangeError)
      return { ok: false, code: "too-deep", why: "lists and objects are nested too deep" };
    return {
      ok: false,
      code: "not-json",
      why: `not JSON: ${whyNotJson(text)}${text.includes("\r") ? LONE_RETURN : ""}`,
    };
  }
}

const QUOTE = 34;
const COMMA = 44;
const LIST = 91;
const OBJECT = 123;

/** Approximate number of values in a JSON text, without parsing it: commas and opening brackets outside of strings. */
export function valuesIn(text: string): number {
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = closingQuote(text, at);
    else if (code === COMMA || code === LIST || code === OBJECT) values += 1;
  }
  return values;
}

/** Index of the closing quote of the string that opens here; the end of the text if there is none. */
function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text[before] === "\\") before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
  return text.length;
}

/** Writes a value that `readJson` read, digit for digit. For values up to 1,000 levels deep. */
export function writeJson(value: unknown, exact: boolean): string {
  return exact ? writeExact(value) : JSON.stringify(value);
}

/** True for JSON objects only: not a list, null or an ExactNumber. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/** Whether lists and objects are nested more than `limit` levels deep. Recurses no deeper than that. */
export function nestsDeeper(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return limit === 0 || Object.values(value).some((member) => nestsDeeper(member, limit - 1));
}

const LOSSLESS = {
  parseNumber: (token: string) => (LONG_TOKEN.test(token) ? new ExactNumber(token) : Number(token)),
  onDuplicateKey: ({ newValue }: { newValue: unknown }) => newValue,
};

function writeExact(value: unknown): string {
  if (value instanceof ExactNumber) return value.token;
  if (Array.isArray(value)) return `[${value.map(writeExact).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${writeExact(member)}`);
  return `{${members.join(",")}}`;
}

/** Messages of V8 vary from version to version and may lack a position; those of lossless-json do not. */
function whyNotJson(text: string): string {
  if (text.length > EXPLAINED_LENGTH) return "malformed, or cut off";
  try {
    parseLossless(text, null, LOSSLESS);
    return "malformed";
  } catch (error) {
    return error instanceof SyntaxError ? printable(error.message) : "malformed";
  }
}
