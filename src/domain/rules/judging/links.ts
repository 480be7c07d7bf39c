import { STANDARD_LINK_WINDOW_SECONDS } from "../fact-rules.js";
import { type EventRecord, instantText, type Micros, milliOf, type ResultRecord, SECOND } from "./records.js";

/** An event with the fields that link rules read. */
export interface LinkableEvent extends EventRecord {
  /** Last segment of the id of its object. */
  objectSlug: string | null;
}

/** An event that a result names: 0 as its own id, 1 as `caliperSourcedId`, 2 among `relatedCaliperEvents`. */
export interface EventRef {
  eventId: string;
  form: number;
}

/** A result with the fields that link rules read. */
export interface LinkableResult extends ResultRecord {
  lineItem: string;
  /** The day, if the score date has no time. */
  day: string | null;
  eventRefs: readonly EventRef[];
}

const WINDOW = STANDARD_LINK_WINDOW_SECONDS * SECOND;
const CLOSE = 60 * SECOND;
const MIN_SLUG = 4;
const DELIMITER = /[ -/:-@[-`{-~]/;

/** Rank of a (result, event) pair, compared part by part; the least is best. docs/facts.md, "Links". */
type Fit = readonly (number | string)[];

const isDelimited = (text: string, at: number): boolean =>
  at < 0 || at >= text.length || DELIMITER.test(text.charAt(at));

/** Counts code points, as PostgreSQL does. */
const characters = (text: string): number => [...text].length;

function standsIn(slug: string | null, item: string): boolean {
  if (slug === null || characters(slug) < MIN_SLUG) return false;
  for (let at = item.indexOf(slug); at >= 0; at = item.indexOf(slug, at + 1))
    if (isDelimited(item, at - 1) && isDelimited(item, at + slug.length)) return true;
  return false;
}

const slugLength = ({ activityKey, objectSlug }: LinkableEvent, item: string): number =>
  Math.max(...[activityKey, objectSlug].map((slug) => (standsIn(slug, item) ? characters(slug ?? "") : 0)));

const isSameMilli = (at: Micros, instant: Micros | null): boolean =>
  instant !== null && milliOf(at) === milliOf(instant);

const dayOf = (at: Micros): string => instantText(at).slice(0, "2025-03-01".length);

/** Rule, form and slug length of the strongest rule that links the two; null if none does. */
function ruleOf(event: LinkableEvent, result: LinkableResult): Fit | null {
  const named = result.eventRefs.find(({ eventId }) => eventId === event.eventId);
  if (named !== undefined) return [0, "L1", named.form, 0];
  const isSameActivity = event.activityKey !== null && event.activityKey === result.activityKey;
  if (isSameActivity && result.scoredAt !== null && Math.abs(result.scoredAt - event.at) <= WINDOW)
    return [0, "L2", 0, 0];
  if (isSameMilli(event.at, result.scoredAt) || isSameMilli(event.at, result.endedAt)) {
    const length = slugLength(event, result.lineItem);
    if (length > 0) return [0, "L3", 0, -length];
  }
  return isSameActivity && result.day === dayOf(event.at) ? [1, "L2", 0, 0] : null;
}

function fitOf(event: LinkableEvent, result: LinkableResult): Fit | null {
  const rule = ruleOf(event, result);
  if (rule === null) return null;
  const distance = result.scoredAt === null ? 0 : Math.abs(event.at - result.scoredAt);
  const isClose = result.scoredAt !== null && distance <= CLOSE;
  const isSameAttempt = event.attempt !== null && event.attempt === result.attempt;
  return [...rule, isClose ? 0 : 1, isSameAttempt ? 0 : 1, distance, event.eventId];
}

function isBetter(one: Fit, other: Fit): boolean {
  const at = one.findIndex((part, n) => part !== other[n]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}

/** A student's events, indexed by what a result can link by. */
class Candidates<E extends LinkableEvent> {
  private readonly byId = new Map<string, E>();
  private readonly byKey = new Map<string, E[]>();
  private readonly byMilli = new Map<number, E[]>();

  constructor(events: readonly E[]) {
    for (const event of events) {
      this.byId.set(event.eventId, event);
      add(this.byKey, event.activityKey ?? "", event);
      add(this.byMilli, milliOf(event.at), event);
    }
  }

  of({ eventRefs, activityKey, scoredAt, endedAt }: LinkableResult): Set<E> {
    const named = eventRefs.flatMap(({ eventId }) => this.byId.get(eventId) ?? []);
    const moments = [scoredAt, endedAt].flatMap((at) => (at === null ? [] : (this.byMilli.get(milliOf(at)) ?? [])));
    return new Set([...named, ...(this.byKey.get(activityKey) ?? []), ...moments]);
  }
}

function add<Key, E>(map: Map<Key, E[]>, key: Key, event: E): void {
  const held = map.get(key);
  if (held === undefined) map.set(key, [event]);
  else held.push(event);
}

function bestOf<E extends LinkableEvent>(events: Iterable<E>, result: LinkableResult): E | null {
  let best: { event: E; fit: Fit } | null = null;
  for (const event of events) {
    const fit = fitOf(event, result);
    if (fit !== null && (best === null || isBetter(fit, best.fit))) best = { event, fit };
  }
  return best?.event ?? null;
}

/** The results linked to each of a student's events: each result links to its best-ranked event. */
export function linkResults<E extends LinkableEvent, R extends LinkableResult>(
  events: readonly E[],
  results: readonly R[],
): Map<E, R[]> {
  const candidates = new Candidates(events);
  const links = new Map<E, R[]>();
  for (const result of results) {
    const event = bestOf(candidates.of(result), result);
    if (event === null) continue;
    const held = links.get(event);
    if (held === undefined) links.set(event, [result]);
    else held.push(result);
  }
  return links;
}
