import { printable } from "../../../domain/values/printable.js";
import { ExactNumber } from "./json.js";
import type { Parsed, RejectCode } from "./record.js";

type Rejected = Extract<Parsed, { kind: "rejected" }>;

const EXCERPT_LENGTH = 200;
const FOUND_LENGTH = 60;
/** Why a record is rejected: a code for programs, one line for people. */
export class Fault {
  constructor(
    readonly code: RejectCode,
    readonly reason: string,
  ) {}
}

/** A rejected record; `text` is the record as read. If it is incomplete (`isWhole` false), only an excerpt is kept. */
export function rejected({ code, reason }: Fault, text: string, isWhole = true): Rejected {
  return { kind: "rejected", code, reason, excerpt: excerptOf(text), record: isWhole ? text : null };
}

/** The first 200 characters, safe for a terminal and for a text column. */
export const excerptOf = (text: string): string => printable(cut(text, EXCERPT_LENGTH));

/** A JSON value in words: `nothing`, `text "9"`, `number 5`, `a list`. */
export function found(value: unknown): string {
  if (value instanceof ExactNumber) return `number ${shortened(value.token)}`;
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value === null) return "null";
  const say = WORDS[typeof value];
  return say === undefined ? String(value) : say(value);
}

const WORDS: Partial<Record<string, (value: unknown) => string>> = {
  object: () => "an object",
  string: (value) => (value === "" ? "empty text" : `text "${shortened(String(value))}"`),
  number: (value) => `number ${value}`,
  undefined: () => "nothing",
};

const shortened = (text: string): string =>
  printable(text.length <= FOUND_LENGTH ? text : `${cut(text, FOUND_LENGTH)}…`);

/** Never through the middle of a surrogate pair. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  const splitsPair = text.length > length && last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? length - 1 : length);
}
