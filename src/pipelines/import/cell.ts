import { decimalText } from "../../domain/values/decimal.js";
import { readInstant } from "../../domain/values/instant.js";
import { isLongKey, LONGEST_KEY_BYTES } from "../../domain/values/key-length.js";
import { arrayLiteral } from "../../store/copy/text-rows.js";
import type { ColumnKind } from "../../store/landing/import-tables.js";
import { jsonFault } from "./json-cell.js";

/** A cell as PostgreSQL text, or why it is rejected. */
export type Cell = { ok: true; value: string; isDay?: boolean } | { ok: false; why: string };

const taken = (value: string): Cell => ({ ok: true, value });
const refuse = (why: string): Cell => ({ ok: false, why });

const DAY = /^\d{4}-\d\d-\d\d$/;
const NAIVE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/;
const WHOLE = /^([+-]?\d{1,9})(?:\.0*)?$/;
const STATUSES = new Set(["active", "tobedeleted", "inactive"]);
const BOOLEANS: Readonly<Record<string, string>> = {
  true: "true",
  t: "true",
  "1": "true",
  yes: "true",
  false: "false",
  f: "false",
  "0": "false",
  no: "false",
};

/** Reads a nonblank cell. docs/import.md, "What a cell may hold". */
export const readCell = (kind: ColumnKind, text: string): Cell => readers[kind](text);

const readers: Readonly<Record<ColumnKind, (text: string) => Cell>> = {
  id: (text) => {
    if (isLongKey(text)) return refuse(`more than ${LONGEST_KEY_BYTES} bytes`);
    return text.includes('"') ? refuse("a quote within it") : taken(text);
  },
  text: taken,
  status: (text) =>
    STATUSES.has(text.toLowerCase()) ? taken(text.toLowerCase()) : refuse("expected active or tobedeleted"),
  instant: moment,
  moment,
  number: real,
  whole: (text) => (WHOLE.test(text) ? taken(WHOLE.exec(text)?.[1] ?? "") : refuse("expected a whole number")),
  boolean: (text) =>
    Object.hasOwn(BOOLEANS, text.toLowerCase())
      ? taken(BOOLEANS[text.toLowerCase()] ?? "")
      : refuse("expected true or false"),
  json: (text) => {
    const fault = jsonFault(text);
    return fault === undefined ? taken(text) : refuse(fault);
  },
  list: (text) => taken(arrayLiteral(listOf(text))),
};

/** Naive UTC; text without an offset is UTC, a day is its midnight. */
function moment(text: string): Cell {
  const isDay = DAY.test(text);
  const spaced = isDay ? `${text}T00:00:00` : text.replace(" ", "T");
  const reading = readInstant(isDay || NAIVE.test(text) ? `${spaced}Z` : spaced);
  if (!reading.ok) return refuse(isDay ? reading.why : `expected a day or an ISO 8601 instant: ${reading.why}`);
  return { ok: true, value: reading.instant.replace("T", " ").replace("Z", ""), isDay };
}

/** A PostgreSQL `real`: what does not fit is rejected here, else it would fail the whole chunk. */
function real(text: string): Cell {
  const decimal = text.length <= 100 ? decimalText(text) : null;
  if (decimal === null) return refuse("expected a number");
  const single = Math.fround(Number(decimal));
  return Number.isFinite(single) && (single !== 0) === (decimal !== "0")
    ? taken(decimal)
    : refuse("the number is out of range");
}

const MEMBER = /\s*(?:"((?:[^"\\]|\\.)*)"|([^,]+))/gs;

/** `Math, Science`, PostgreSQL's `{Math,"Social Studies"}` or JSON's `["Math"]`. */
function listOf(text: string): string[] {
  const bare = /^(\{.*\}|\[.*\])$/s.test(text) ? text.slice(1, -1) : text;
  const members = [...bare.matchAll(MEMBER)].map(
    ([, quoted, plain = ""]) => quoted?.replace(/\\(.)/gs, "$1") ?? plain.trim(),
  );
  return members.filter((member) => member !== "");
}
