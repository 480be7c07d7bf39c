import type { EventNote } from "./event-note.js";
import type { ResultNote } from "./evidence.js";

const WINDOW_MS = 24 * 3_600_000;
const CLOSE_MS = 60_000;
const MIN_SLUG = 4;
const DELIMITER = /[ -/:-@[-`{-~]/;

/** How well a result fits an event, part by part; the least fits best. docs/facts.md, "Links". */
type Fit = readonly (number | string)[];

const isDelimited = (text: string, at: number): boolean =>
  at < 0 || at >= text.length || DELIMITER.test(text.charAt(at));

/** As a database counts them: a character beyond the first 65,536 is one. */
const characters = (text: string): number => [...text].length;

function standsIn(slug: string | null, item: string): boolean {
  if (slug === null || characters(slug) < MIN_SLUG) return false;
  for (let at = item.indexOf(slug); at >= 0; at = item.indexOf(slug, at + 1))
    if (isDelimited(item, at - 1) && isDelimited(item, at + slug.length)) return true;
  return false;
}

const slugLength = ({ activityKey, objectSlug }: EventNote, item: string): number =>
  Math.max(...[activityKey, objectSlug].map((slug) => (standsIn(slug, item) ? characters(slug ?? "") : 0)));

const isSameMilli = (at: number, instant: number | null): boolean =>
  instant !== null && Math.floor(at) === Math.floor(instant);

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, "2025-03-01".length);

/** Rule, form and slug length of the strongest rule that links the two; null where none does. */
function ruleOf(event: EventNote, result: ResultNote): Fit | null {
  const named = result.eventRefs.find(({ eventId }) => eventId === event.eventId);
  if (named !== undefined) return [0, "L1", named.form, 0];
  const isSameActivity = event.activityKey !== null && event.activityKey === result.activityKey;
  if (isSameActivity && result.scoredAt !== null && Math.abs(result.scoredAt - event.at) <= WINDOW_MS)
    return [0, "L2", 0, 0];
  if (isSameMilli(event.at, result.scoredAt) || isSameMilli(event.at, result.endedAt)) {
    const length = slugLength(event, result.lineItem);
    if (length > 0) return [0, "L3", 0, -length];
  }
  return isSameActivity && result.day === dayOf(event.at) ? [1, "L2", 0, 0] : null;
}

function fitOf(event: EventNote, result: ResultNote): Fit | null {
  const rule = ruleOf(event, result);
  if (rule === null) return null;
  const distance = result.scoredAt === null ? 0 : Math.abs(event.at - result.scoredAt);
  const isClose = result.scoredAt !== null && distance <= CLOSE_MS;
  const isSameAttempt = event.attempt !== null && event.attempt === result.attempt;
  return [...rule, isClose ? 0 : 1, isSameAttempt ? 0 : 1, distance, event.eventId];
}

function isBetter(one: Fit, other: Fit): boolean {
  const at = one.findIndex((part, n) => part !== other[n]);
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? 0);
}

/** Of a student's events, those that a result can link to at all. */
class Candidates {
  private readonly byId = new Map<string, EventNote>();
  private readonly byKey = new Map<string, EventNote[]>();
  private readonly byMilli = new Map<number, EventNote[]>();

  constructor(events: readonly EventNote[]) {
    for (const event of events) {
      this.byId.set(event.eventId, event);
      add(this.byKey, event.activityKey ?? "", event);
      add(this.byMilli, Math.floor(event.at), event);
    }
  }

  of({ eventRefs, activityKey, scoredAt, endedAt }: ResultNote): Set<EventNote> {
    const named = eventRefs.flatMap(({ eventId }) => this.byId.get(eventId) ?? []);
    const moments = [scoredAt, endedAt].flatMap((at) => (at === null ? [] : (this.byMilli.get(Math.floor(at)) ?? [])));
    return new Set([...named, ...(this.byKey.get(activityKey) ?? []), ...moments]);
  }
}

function add<Key>(map: Map<Key, EventNote[]>, key: Key, event: EventNote): void {
  const held = map.get(key);
  if (held === undefined) map.set(key, [event]);
  else held.push(event);
}

function bestOf(events: Iterable<EventNote>, result: ResultNote): EventNote | null {
  let best: { event: EventNote; fit: Fit } | null = null;
  for (const event of events) {
    const fit = fitOf(event, result);
    if (fit !== null && (best === null || isBetter(fit, best.fit))) best = { event, fit };
  }
  return best?.event ?? null;
}

/** The results of one student that link to each of the student's events: a result links to the event that it fits best. */
export function linkResults(
  events: readonly EventNote[],
  results: readonly ResultNote[],
): Map<EventNote, ResultNote[]> {
  const candidates = new Candidates(events);
  const links = new Map<EventNote, ResultNote[]>();
  for (const result of results) {
    const event = bestOf(candidates.of(result), result);
    if (event === null) continue;
    const held = links.get(event);
    if (held === undefined) links.set(event, [result]);
    else held.push(result);
  }
  return links;
}
