import { parse as parseLossless } from "lossless-json";
import { printable } from "../../../domain/values/printable.js";

/** A JSON number with more digits, or a larger exponent, than a double keeps: its text as it was read. */
export class ExactNumber {
  constructor(readonly token: string) {}
}

/** A JSON value, or one line saying why the text is none. `exact` is true where it may hold an ExactNumber. */
export type Json =
  | { ok: true; value: unknown; exact: boolean }
  | { ok: false; code: "not-json" | "too-deep"; why: string };

// The end of the exponent is part of it: a UUID may well start with 4e12345.
const LONG_NUMBER = /[:[,\s]-?\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3,}(?=[\s,\]}]))/;
const LONG_TOKEN = /^-?\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d{3})/;
/** Files of old Macs are one line to us. */
const LONE_RETURN = "; a carriage return alone ends no line";
const EXPLAINED_LENGTH = 1_000_000;

/**
 * Reads one JSON text. JSON.parse makes doubles, which hold any decimal of up to 15 significant digits exactly; so a
 * text in which a longer number (or a three-digit exponent) seems to stand is read a second time, by lossless-json,
 * which keeps the digits of such numbers as ExactNumber. Text that merely looks like a number costs time, no more.
 * Of duplicate keys the last counts, on both ways.
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

/** About how many values a JSON text holds, told without reading it: commas and opening brackets outside of its texts. */
export function valuesIn(text: string): number {
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = closingQuote(text, at);
    else if (code === COMMA || code === LIST || code === OBJECT) values += 1;
  }
  return values;
}

/** Where the text that opens here is closed; the end where it is not. */
function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at - 1;
    while (text[before] === "\\") before -= 1;
    if ((at - before) % 2 === 1) return at;
  }
  return text.length;
}

/** The JSON text of a value that readJson read, with the digits that it read. Of values up to 1,000 levels deep. */
export function writeJson(value: unknown, exact: boolean): string {
  return exact ? writeExact(value) : JSON.stringify(value);
}

/** True for JSON objects only: no list, no null, no ExactNumber. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

/** Whether lists and objects are nested more than `limit` levels deep. Goes no deeper itself. */
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

/** V8 words its complaints differently from version to version, and not always with a place; lossless-json does. */
function whyNotJson(text: string): string {
  if (text.length > EXPLAINED_LENGTH) return "malformed, or cut off";
  try {
    parseLossless(text, null, LOSSLESS);
    return "malformed";
  } catch (error) {
    return error instanceof SyntaxError ? printable(error.message) : "malformed";
  }
}
