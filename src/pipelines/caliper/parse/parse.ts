import { defaultLimits, type InputLimits } from "../../../domain/values/input-limits.js";
import { Fault, found, rejected } from "./fault.js";
import { isJsonObject, nestsDeeper, readJson, valuesIn, writeJson } from "./json.js";
import { readEvent } from "./read-event.js";
import type { Line, Parsed } from "./record.js";
import { STANDARD_EVENT_TYPES, STANDARD_PROFILES, TIMEBACK_PROFILE, type TimebackEventType } from "./vocabulary.js";

/**
 * Every record of a line, in order, with its outcome; never empty, never throws. A line is an envelope, an event, an entity, or a
 * list of those. The rules, and the codes of rejects, are in docs/caliper.md.
 */
export function parseLine(line: Pick<Line, "text">, limits: InputLimits = defaultLimits): Parsed[] {
  const text = line.text.trim();
  if (text.length > LONG && valuesIn(text) > limits.maxItems * VALUES_OF_AN_ITEM)
    return [rejected(tooManyValues(limits), text)];
  const json = readJson(text);
  if (!json.ok) return [rejected(new Fault(json.code, json.why), text)];
  const records = recordsOf(json.value);
  if (records.length > limits.maxItems) return [rejected(tooMany("the line", records.length, limits), text)];
  // Brackets take space: most lines are too short to be too deep.
  const mayBeDeep = text.length > 2 * limits.maxDepth;
  return records.map((record) => {
    const isLine = record === json.value;
    // A record nested too deep cannot be written either.
    if (mayBeDeep && nestsDeeper(record, limits.maxDepth)) return rejected(tooDeep(limits), text, isLine);
    const parsed = parseRecord(record, limits, () => (isLine ? text : writeJson(record, json.exact)));
    return parsed.kind === "rejected" && !isLine && recordsOf(record)[0] !== record ? asMember(parsed) : parsed;
  });
}

/** Wraps a member that would be unpacked if it were a line of its own, so that a replay judges it as a member again. */
const asMember = (parsed: Parsed & { kind: "rejected" }): Parsed => ({
  ...parsed,
  record: parsed.record === null ? null : `{"data":[${parsed.record}]}`,
});

/** Only longer lines can hold so many values that parsing them exhausts memory. */
const LONG = 2 ** 20;
/** A complete event has about 50. */
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

/** The members of a list, or the data of an envelope; anything else, or deeper nesting, is one record. */
function recordsOf(value: unknown): unknown[] {
  if (!Array.isArray(value) || value.length === 0) return dataOf(value);
  return value.length === 1 ? dataOf(value[0]) : value.flatMap(dataOf);
}

function dataOf(value: unknown): unknown[] {
  if (!isJsonObject(value) || !isEnvelope(value)) return [value];
  return Array.isArray(value.data) && value.data.length > 0 ? value.data : [value];
}

/** Recognised by its data, or by its sensor if the data is missing. A stored event has a sensor too. */
function isEnvelope(value: Record<string, unknown>): boolean {
  if (looksLikeEvent(value)) return false;
  return Array.isArray(value.data) || (typeof value.type !== "string" && ("data" in value || "sensor" in value));
}

function looksLikeEvent({ type, eventTime, action }: Record<string, unknown>): boolean {
  return (typeof type === "string" && type.endsWith("Event")) || (eventTime ?? action ?? null) !== null;
}

/** `text` is called at most once, and not for skipped records. */
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

/** Number of metrics, before they are validated. */
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
