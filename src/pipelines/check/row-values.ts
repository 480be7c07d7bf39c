import type { EventRef } from "../../domain/rules/judging/links.js";
import type { Micros } from "../../domain/rules/judging/records.js";
import { decimalText } from "../../domain/values/decimal.js";
import { readInstant } from "../../domain/values/instant.js";
import { ONE_XP, type Xp, xpFromText } from "../../domain/values/xp.js";
import { microsOf } from "./event-note.js";
import type { SourceRow } from "./records.js";

/** Case-insensitive; a row without a status is active. */
export const isActive = (row: SourceRow): boolean => (row.get("status") ?? "active").toLowerCase() === "active";

/** Keys of metadata that hold XP, the first that counts first. docs/oneroster.md, "XP". */
export const XP_KEYS = ["xp", "xpEarned", "timeback.xp"];
const LIMIT = 1_000_000_000n * ONE_XP;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Metadata = Readonly<Record<string, unknown>>;

/** The metadata of a row; nothing where it is no object. */
export function metadataOf(row: SourceRow): Metadata {
  const value: unknown = JSON.parse(row.get("metadata") ?? "null");
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Metadata) : {};
}

/** Text or a number, trimmed; null where it is neither, or blank. */
export const textOf = (value: unknown): string | null => {
  const text = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
  return text === "" ? null : text;
};

/** A finite number, or the text of one. docs/oneroster.md, "XP". */
export function numberOf(value: unknown): string | null {
  const text = textOf(value);
  const decimal = text === null ? null : decimalText(text);
  if (decimal === null) return null;
  const size = xpFromText(decimal);
  return size <= LIMIT && size >= -LIMIT ? decimal : null;
}

/** As `numberOf`, as XP. */
export const xpOf = (value: unknown): Xp | null => {
  const decimal = numberOf(value);
  return decimal === null ? null : xpFromText(decimal);
};

/** An instant with or without offset (then UTC); null where it is none. */
export function instantOf(value: unknown): Micros | null {
  const text = textOf(value)?.replace(" ", "T");
  if (text === undefined) return null;
  const reading = [text, `${text}Z`].map(readInstant).find(({ ok }) => ok);
  return reading?.ok ? microsOf(reading.instant) : null;
}

const eventIdOf = (value: unknown): string[] => {
  const bare = textOf(value)
    ?.replace(/^urn:uuid:/i, "")
    .toLowerCase();
  return bare !== undefined && UUID.test(bare) ? [bare] : [];
};

/** The events that a result names, each with its form of rule L1 (0 is the strongest). docs/facts.md, "Links". */
export function eventRefs(sourcedId: string, { caliperSourcedId, relatedCaliperEvents }: Metadata): EventRef[] {
  const related = Array.isArray(relatedCaliperEvents) ? relatedCaliperEvents : [];
  const own = sourcedId.startsWith("caliper_") ? sourcedId.slice("caliper_".length) : null;
  const forms = [[own], [caliperSourcedId], related];
  return forms.flatMap((values, form) => values.flatMap(eventIdOf).map((eventId) => ({ eventId, form })));
}

/** A whole number of at most six digits. */
export const wholeOf = (value: unknown): number | null => {
  const text = textOf(value);
  return text !== null && /^\d{1,6}(\.0{1,20})?$/.test(text) ? Number(text) : null;
};
