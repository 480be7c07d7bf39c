/** SQL text for reading untrusted columns of a OneRoster source: invalid numbers, instants and UUIDs become null. */

/** Not \s: in most locales it also matches spaces that a cast to numeric rejects. */
const NUMBER = String.raw`^[ \t\n\r\f\v]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?[ \t\n\r\f\v]*$`;
const UUID = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
/** Existing days of the years 1900 to 2999, so that a cast cannot fail; text without an offset is UTC. */
const INSTANT = [
  "^((19|2[0-9])[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))",
  "|((19|2[0-9])(0[48]|[2468][048]|[13579][26])|2000|2400|2800)-02-29)",
  "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6}[0-9]*)?)?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])?$",
].join("");

/** Largest valid amount, in XP or questions. */
const LIMIT = "1000000000";

/** The first finite number among text expressions; numeric strings are numbers (docs/oneroster.md, "XP"). */
export const firstNumber = (...texts: string[]): string =>
  texts.length === 1 ? number(texts[0] ?? "null") : `coalesce(${texts.map(number).join(", ")})`;

const number = (text: string): string =>
  `case when length(${text}) <= 60 and ${text} ~ '${NUMBER}' then case when abs((${text})::numeric) <= ${LIMIT} then (${text})::numeric end end`;

/** A JSON number of at most this many characters is within the limits and need not be matched. */
const SURELY_WITHIN = LIMIT.length - 1;
const isShortNumber = (json: string, key: string, length: number): string =>
  `jsonb_typeof(${json} -> '${key}') = 'number' and length(${json} ->> '${key}') <= ${length}`;

/** The first finite number under keys of a jsonb expression: as `firstNumber` of their texts, but faster. */
export const firstNumberUnder = (json: string, ...keys: string[]): string =>
  `coalesce(${keys.map((key) => `case when ${isShortNumber(json, key, SURELY_WITHIN)} then (${json} -> '${key}')::numeric else ${number(`(${json} ->> '${key}')`)} end`).join(", ")})`;

/** A whole number from 0 to a million under a key of a jsonb expression, as int. */
export const wholeNumberUnder = (json: string, key: string): string => {
  const text = `(${json} ->> '${key}')`;
  return `case when ${isShortNumber(json, key, 1)} then (${json} -> '${key}')::int
    when ${text} ~ '^[0-9]{1,6}([.]0{1,20})?$' then ${text}::numeric::int end`;
};

/** An ISO 8601 instant as timestamptz. */
export const instant = (text: string): string =>
  `case when length(${text}) <= 60 and ${text} ~* '${INSTANT}' then (${text})::timestamptz end`;

/** An event id with or without `urn:uuid:`, as uuid. */
export const eventId = (text: string): string => {
  const bare = `lower(regexp_replace(${text}, '^urn:uuid:', '', 'i'))`;
  return `case when ${bare} ~ '${UUID}' then (${bare})::uuid end`;
};

/** Text that is neither empty nor blank. */
export const filled = (text: string): string => `nullif(btrim(${text}), '')`;
