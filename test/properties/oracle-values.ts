// Plain readings of single values, written from docs/ and not from src/: the two must agree.

const SCALE = 30;

/** Exact: the decimal times 10^30. */
export function decimal(text: string): bigint {
  const [mantissa = "", exponent = "0"] = text.trim().toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.replace(/^[+-]/, "").split(".");
  const digits = BigInt(whole + fraction) * 10n ** BigInt(SCALE - fraction.length + Number(exponent));
  return mantissa.startsWith("-") ? -digits : digits;
}

/** Rounded to two places, half away from zero. */
export function rounded(value: bigint | null): string | null {
  if (value === null) return null;
  const unit = 10n ** BigInt(SCALE - 2);
  const size = value < 0n ? -value : value;
  const cents = (size + unit / 2n) / unit;
  const sign = value < 0n && cents > 0n ? "-" : "";
  return `${sign}${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
}

/** Trimmed and in lower case; null for nothing. */
export const emailOf = (email: string | null): string | null => email?.trim().toLowerCase() || null;

/** A row is active unless its status says otherwise. */
export const isActive = (status: string | null): boolean => (status ?? "active").toLowerCase() === "active";

const pathOf = (iri: string): string => iri.replace(/[?#].*$/s, "").replace(/\/+$/, "");

/** What stands after the last `/` or `:`, percent-decoded. */
export function lastSegmentOf(iri: string): string | null {
  const segment = pathOf(iri).split(/[/:]/).at(-1) ?? "";
  return segment === "" ? null : decodeURIComponent(segment);
}

/** The last segment, but never of a random urn:uuid. */
export const activityKey = (iri: string): string | null =>
  iri.toLowerCase().startsWith("urn:uuid:") ? null : lastSegmentOf(iri);

/** `…/users/<id>` or `urn:…:user:<id>`. */
export const looksLikeUser = (iri: string): boolean => /\/users\/[^/]+$|^urn:(.*:)?user:[^:/]+$/i.test(pathOf(iri));

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
const XP_KEYS = ["xp", "xpEarned", "timeback.xp"];

/** The first finite number among the keys for XP. */
export function firstXp(metadata: Readonly<Record<string, unknown>>): bigint | null {
  const texts = XP_KEYS.map((key) => metadata[key]).filter(
    (value) => typeof value === "number" || typeof value === "string",
  );
  const text = texts.map(String).find((value) => NUMBER.test(value));
  return text === undefined ? null : decimal(text);
}

/** A whole number from 0 on, also as text. */
export const whole = (value: unknown): number | null => (/^\d+$/.test(String(value)) ? Number(value) : null);

/** The event id in lower case, without urn:uuid:. */
export function eventRef(value: unknown): string | null {
  const id = String(value)
    .toLowerCase()
    .replace(/^urn:uuid:/, "");
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null;
}

const isDelimiter = (character: string | undefined): boolean =>
  character === undefined || (character < "\x80" && !/[0-9a-z]/i.test(character));

/** Whether the slug stands somewhere in the id between delimiters, or at its ends. */
export function slugStandsIn(slug: string, id: string): boolean {
  for (let at = id.indexOf(slug); at >= 0; at = id.indexOf(slug, at + 1))
    if (isDelimiter(id[at - 1]) && isDelimiter(id[at + slug.length])) return true;
  return false;
}

/** The day of an instant in a zone. */
export function localDay(micros: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(new Date(Math.floor(micros / 1000)));
}

/** The order of collation C. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
