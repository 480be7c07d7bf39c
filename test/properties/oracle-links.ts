import { byBytes, eventRef, firstXp, isActive, lastSegmentOf, localDay, slugStandsIn, whole } from "./oracle-values.js";
import type { CaliperEvent, ComponentResourceRow, LineItemRow, ResultRow } from "./world.js";

/** A result that may link and pay: active, and of no child line item. Amounts are of `decimal`. */
export interface Result {
  id: string;
  row: ResultRow;
  key: string;
  xp: bigint | null;
  attempt: number | null;
  /** The events that it names; form 1 is its own id, 2 caliperSourcedId, 3 relatedCaliperEvents. */
  refs: { form: number; eventId: string }[];
  endedAt: number | null;
}

/** An event and whom it is about. */
export interface Event {
  event: CaliperEvent;
  student: string;
  key: string | null;
  xp: bigint | null;
}

/** One way in which a result may link to an event. */
export interface Link {
  result: Result;
  event: Event;
  rule: "L1" | "L2" | "L3";
  /** Smaller is better, place by place. */
  rank: (number | string)[];
}

interface References {
  lineItems: ReadonlyMap<string, LineItemRow>;
  componentResources: ReadonlyMap<string, ComponentResourceRow>;
}

interface LinkRules {
  zone: string;
  linkWindowSeconds: number;
}

/** None for a result that counts for nothing. */
export function readResult({ lineItems, componentResources }: References, id: string, row: ResultRow): Result[] {
  const lineItem = lineItems.get(row.lineItem);
  const isChild = (lineItem?.parent_sourced_id ?? null) !== null;
  if (isChild || !isActive(row.status)) return [];
  const resource = componentResources.get(lineItem?.component_resource_sourced_id ?? "")?.resource_sourced_id;
  const metadata = row.metadata === null || row.metadata === "null" ? {} : row.metadata;
  const { attempt, endedAt } = metadata;
  return [
    {
      id,
      row,
      key: resource ?? row.lineItem.replace(/_ali$/, ""),
      xp: firstXp(metadata),
      attempt: whole(attempt),
      refs: refsOf(id, metadata),
      endedAt: typeof endedAt === "string" ? microsOf(endedAt) : null,
    },
  ];
}

function refsOf(
  id: string,
  { caliperSourcedId, relatedCaliperEvents: related }: Readonly<Record<string, unknown>>,
): Result["refs"] {
  const own = id.startsWith("caliper_") ? id.slice("caliper_".length) : null;
  const others: unknown[] = Array.isArray(related) ? related : [];
  const named = [[own], [caliperSourcedId], others];
  return named.flatMap((ids, at) =>
    ids.flatMap((one) => {
      const eventId = eventRef(one);
      return eventId === null ? [] : [{ form: at + 1, eventId }];
    }),
  );
}

/** Of text as `instantText` writes it. */
const microsOf = (text: string): number => Date.parse(`${text.slice(0, 23)}Z`) * 1000 + Number(text.slice(23, 26));

/** docs/facts.md, "Links": every rule by which this result may link to this event. */
export function linksBetween(rules: LinkRules, result: Result, event: Event): Link[] {
  if (event.student !== result.row.student) return [];
  const closeness = closenessOf(result, event);
  const link = (rule: Link["rule"], dayOnly: number, form: number, slug: number): Link => ({
    result,
    event,
    rule,
    rank: [dayOnly, rule, form, -slug, ...closeness],
  });
  const form = Math.min(...result.refs.filter(({ eventId }) => eventId === event.event.id).map((ref) => ref.form));
  const slug = longestSlug(result, event);
  return [
    ...(Number.isFinite(form) ? [link("L1", 0, form, 0)] : []),
    ...(event.key === result.key && isNear(rules, result, event) ? [link("L2", result.row.isDay ? 1 : 0, 0, 0)] : []),
    ...(slug > 0 && isSameInstant(result, event) ? [link("L3", 0, 0, slug)] : []),
  ];
}

/** Within a minute, the same attempt, the distance, the event id; a day without time is near nothing. */
function closenessOf({ row: { isDay, scoreDate }, attempt }: Result, { event }: Event): (number | string)[] {
  const distance = Math.abs(event.at - scoreDate);
  const within = !isDay && distance <= 60_000_000;
  return [within ? 0 : 1, attempt !== null && attempt === event.attempt ? 0 : 1, isDay ? 0 : distance, event.id];
}

function isNear(
  { zone, linkWindowSeconds }: LinkRules,
  { row: { isDay, scoreDate } }: Result,
  { event: { at } }: Event,
): boolean {
  return isDay
    ? localDay(at, zone) === localDay(scoreDate, "UTC")
    : Math.abs(at - scoreDate) <= linkWindowSeconds * 1_000_000;
}

function isSameInstant({ row, endedAt }: Result, { event: { at } }: Event): boolean {
  const instants = [row.isDay ? null : row.scoreDate, endedAt];
  return instants.some((instant) => instant !== null && Math.floor(instant / 1000) === Math.floor(at / 1000));
}

/** Characters of the longest slug of the event's object that stands in the line item's id; 0 without one. */
function longestSlug({ row }: Result, { event, key }: Event): number {
  const slugs = [key, lastSegmentOf(event.objectId)].filter((slug) => slug !== null);
  const standing = slugs.filter((slug) => [...slug].length >= 4 && slugStandsIn(slug, row.lineItem));
  return Math.max(0, ...standing.map((slug) => [...slug].length));
}

/** The best link first; of equal ones that of the lower result. */
export function byRank(a: Link, b: Link): number {
  for (const [at, left] of a.rank.entries()) {
    const right = b.rank[at];
    if (right === undefined || left === right) continue;
    return left < right ? -1 : 1;
  }
  return byBytes(a.result.id, b.result.id);
}
