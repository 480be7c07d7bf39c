import { defaultLimits, type InputLimits } from "../../../domain/values/input-limits.js";
import { Fault, found, rejected } from "./fault.js";
import { isJsonObject, nestsDeeper, readJson, valuesIn, writeJson } from "./json.js";
import { readEvent } from "./read-event.js";
import type { Line, Parsed } from "./record.js";
import { STANDARD_EVENT_TYPES, STANDARD_PROFILES, TIMEBACK_PROFILE, type TimebackEventType } from "./vocabulary.js";

/**
 * Every record of a line, in order, and what became of it; never empty, never an exception. A line is an envelope, an
 * event, an entity, or a list of those. The rules, and the codes of rejects, are in docs/caliper.md.
 */
export function parseLine(line: Pick<Line, "text">, limits: InputLimits = defaultLimits): Parsed[] {
  const text = line.text.trim();
  if (text.length > LONG && valuesIn(text) > limits.maxItems * VALUES_OF_AN_ITEM)
    return [rejected(tooManyValues(limits), text)];
  const json = readJson(text);
  if (!json.ok) return [rejected(new Fault(json.code, json.why), text)];
  const records = recordsOf(json.value);
  if (records.length > limits.maxItems) return [rejected(tooMany("the line", records.length, limits), text)];
  // Brackets need room: most lines are too short to be too deep.
  const mayBeDeep = text.length > 2 * limits.maxDepth;
  return records.map((record) => {
    const isLine = record === json.value;
    // What is too deep cannot be written either.
    if (mayBeDeep && nestsDeeper(record, limits.maxDepth)) return rejected(tooDeep(limits), text, isLine);
    const parsed = parseRecord(record, limits, () => (isLine ? text : writeJson(record, json.exact)));
    return parsed.kind === "rejected" && !isLine && recordsOf(record)[0] !== record ? inItsPlace(parsed) : parsed;
  });
}

/** A list or an envelope would be opened if it stood alone: it is kept as a member, as which it is judged again. */
const inItsPlace = (parsed: Parsed & { kind: "rejected" }): Parsed => ({
  ...parsed,
  record: parsed.record === null ? null : `{"data":[${parsed.record}]}`,
});

/** Shorter lines cannot hold enough values to exhaust memory, so only longer ones are counted first. */
const LONG = 2 ** 20;
/** An event with all that its senders say has about 50. */
const VALUES_OF_AN_ITEM = 50;

const tooManyValues = ({ maxItems }: InputLimits) =>
  new Fault(
    "too-many-items",
    `the line has more than ${maxItems * VALUES_OF_AN_ITEM} values; the limit is ${VALUES_OF_AN_ITEM} for each of ${maxItems} items (timeback ingest --max-items)`,
  );

const tooDeep = ({ maxDepth }: InputLimits) =>
  new Fault("too-deep", `lists and objects are nested more than ${maxDepth} levels deep (timeback ingest --max-depth)`);

const tooMany = (place: string, items: number, { maxItems }: InputLimits) =>
  new Fault("too-many-items", `${place}: has ${items} items; the limit is ${maxItems} (timeback ingest --max-items)`);

/** A list is its members, an envelope is its data; what has none, or stands deeper, is judged as one record. */
function recordsOf(value: unknown): unknown[] {
  if (!Array.isArray(value) || value.length === 0) return dataOf(value);
  return value.length === 1 ? dataOf(value[0]) : value.flatMap(dataOf);
}

function dataOf(value: unknown): unknown[] {
  if (!isJsonObject(value) || !isEnvelope(value)) return [value];
  return Array.isArray(value.data) && value.data.length > 0 ? value.data : [value];
}

/** Known by its data, or by its sensor where the data is missing. A stored event has a sensor too. */
function isEnvelope(value: Record<string, unknown>): boolean {
  if (looksLikeEvent(value)) return false;
  return Array.isArray(value.data) || (typeof value.type !== "string" && ("data" in value || "sensor" in value));
}

function looksLikeEvent({ type, eventTime, action }: Record<string, unknown>): boolean {
  return (typeof type === "string" && type.endsWith("Event")) || (eventTime ?? action ?? null) !== null;
}

/** `text` is called at most once, and not at all for what is skipped. */
function parseRecord(record: unknown, limits: InputLimits, text: () => string): Parsed {
  const judged = judge(record);
  if (judged instanceof Fault) return rejected(judged, text());
  if ("why" in judged) return { kind: "skipped", why: judged.why };
  const payload = text();
  const items = itemsOf(judged.record);
  if (items > limits.maxItems) return rejected(tooMany("generated.items", items, limits), payload);
  const event = readEvent(judged.record, judged.type, payload);
  return event instanceof Fault ? rejected(event, payload) : { kind: "event", event };
}

/** How many metrics an event has, before anything looks at them. */
function itemsOf({ generated }: Record<string, unknown>): number {
  const items = isJsonObject(generated) ? generated.items : undefined;
  return Array.isArray(items) ? items.length : 0;
}

type Judged = { record: Record<string, unknown>; type: TimebackEventType } | { why: string } | Fault;

function judge(record: unknown): Judged {
  if (!isJsonObject(record)) return notCaliper(found(record));
  const { type } = record;
  if (type === "ActivityEvent" || type === "TimeSpentEvent") return judgeProfile(record, type);
  if (typeof type === "string" && STANDARD_EVENT_TYPES.has(type)) return { why: "standard Caliper event" };
  if (isEnvelope(record)) return badEnvelope(record.data);
  if (looksLikeEvent(record))
    return new Fault("unknown-type", `type: no event type of Caliper or Timeback, found ${found(type)}`);
  if (typeof type === "string" && type !== "") return { why: "entity" };
  return notCaliper("an object without a type");
}

function judgeProfile(record: Record<string, unknown>, type: TimebackEventType): Judged {
  const profile = record.profile ?? TIMEBACK_PROFILE;
  if (profile === TIMEBACK_PROFILE || profile === "") return { record, type };
  if (typeof profile === "string" && STANDARD_PROFILES.has(profile)) return { why: "standard Caliper profile" };
  return new Fault("unknown-profile", `profile: expected ${TIMEBACK_PROFILE}, found ${found(profile)}`);
}

const notCaliper = (what: string) =>
  new Fault("not-caliper", `expected an envelope, an event or an entity, found ${what}`);

const badEnvelope = (data: unknown) =>
  Array.isArray(data) && data.length > 0
    ? new Fault("bad-envelope", "expected an event or an entity, found an envelope inside an envelope")
    : new Fault("bad-envelope", `data: expected a list of events and entities, found ${found(data)}`);
