import { byRank, type Event, type Link, linksBetween, type Result, readResult } from "./oracle-links.js";
import {
  activityKey,
  byBytes,
  decimal,
  emailOf,
  isActive,
  lastSegmentOf,
  localDay,
  looksLikeUser,
  rounded,
} from "./oracle-values.js";
import type { CaliperEvent, ComponentResourceRow, LineItemRow, ResultRow, UserRow } from "./world.js";

/** What was landed, as plain maps: events by id (the first of each), rows of the source as they were last read. */
export interface Landed {
  zone: string;
  linkWindowSeconds: number;
  testUsers: "exclude" | "include";
  events: ReadonlyMap<string, CaliperEvent>;
  users: ReadonlyMap<string, UserRow>;
  lineItems: ReadonlyMap<string, LineItemRow>;
  componentResources: ReadonlyMap<string, ComponentResourceRow>;
  results: ReadonlyMap<string, ResultRow>;
}

/** The columns of a fact that the rules of docs/facts.md decide. Amounts are decimal text with two places. */
export interface OracleFact {
  student_id: string;
  fact_key: string;
  event_type: string;
  email: string | null;
  date: string;
  activity_id: string | null;
  attempt: number | null;
  xp_earned: string | null;
  active_seconds: string | null;
  waste_seconds: string | null;
  xp_source: string;
  link_rule: string | null;
  sources: string[];
}

/** The facts that the rules call for: every pair is looked at, nothing is clever. Ordered by student and key. */
export function oracleFacts(landed: Landed): OracleFact[] {
  const events = [...landed.events.values()].map((event) => readEvent(landed, event));
  const results = [...landed.results].flatMap(([id, row]) => readResult(landed, id, row));
  const paying = events.filter(({ event }) => event.type === "ActivityEvent" && hasMetrics(event));
  const candidates = results.flatMap((result) => paying.flatMap((event) => linksBetween(landed, result, event)));
  const best = results.flatMap((result) =>
    candidates
      .filter((link) => link.result === result)
      .sort(byRank)
      .slice(0, 1),
  );
  const claimed = (result: Result) => candidates.some((link) => link.result === result && (link.event.xp ?? 0n) !== 0n);
  const linked = new Set(best.map(({ result }) => result));
  const emails = emailsOf(landed, events);
  const facts = [
    ...events
      .filter(({ event }) => hasMetrics(event))
      .map((event) =>
        eventFact(
          landed,
          event,
          best.filter((link) => link.event === event),
          claimed,
        ),
      ),
    ...results
      .filter((result) => !linked.has(result) && (result.xp ?? 0n) !== 0n)
      .map((result) => resultFact(landed, result)),
  ];
  return facts
    .filter(({ student_id }) => landed.testUsers === "include" || !isTestUser(landed.users.get(student_id)))
    .map((fact) => ({ ...fact, email: emails(fact.student_id) }))
    .sort((a, b) => byBytes(a.student_id, b.student_id) || byBytes(a.fact_key, b.fact_key));
}

const METRICS = {
  ActivityEvent: ["xpEarned", "totalQuestions", "correctQuestions", "masteredUnits"],
  TimeSpentEvent: ["active", "inactive", "waste", "unknown", "anti-pattern"],
};
const hasMetrics = ({ type, items }: CaliperEvent): boolean => METRICS[type].some((name) => name in items);

function readEvent(landed: Landed, event: CaliperEvent): Event {
  const key = (event.activityId === null ? null : activityKey(event.activityId)) ?? activityKey(event.objectId);
  const xp = event.type === "ActivityEvent" ? (event.items.xpEarned ?? null) : null;
  return { event, student: studentOf(landed, event), key, xp: xp === null ? null : decimal(xp) };
}

/** docs/facts.md, "Students". */
function studentOf({ users }: Landed, { actorId, email }: CaliperEvent): string {
  const segment = actorId === null ? null : lastSegmentOf(actorId);
  if (segment !== null && users.has(segment)) return segment;
  const folded = emailOf(email);
  const withEmail = [...users].filter(
    ([, user]) => folded !== null && isActive(user.status) && emailOf(user.email) === folded,
  );
  const [only] = withEmail;
  if (only !== undefined && withEmail.length === 1) return only[0];
  if (segment !== null && actorId !== null && looksLikeUser(actorId)) return segment;
  return folded ?? segment ?? "";
}

/** docs/facts.md, "XP": what an event without XP takes over from its results; null for nothing. */
function takenOver(links: Link[], claimed: (result: Result) => boolean): bigint | null {
  const usable = links.filter(({ result }) => (result.xp ?? 0n) !== 0n && !claimed(result)).sort(byRank);
  const known = usable.filter(({ result }) => result.attempt !== null);
  const counted = known.length > 0 ? known : usable.slice(0, 1);
  const firsts = counted.filter(
    (link, at) => counted.findIndex((other) => other.result.attempt === link.result.attempt) === at,
  );
  return firsts.length === 0 ? null : firsts.reduce((sum, { result }) => sum + (result.xp ?? 0n), 0n);
}

function eventFact(
  { zone }: Landed,
  { event, student, key, xp }: Event,
  links: Link[],
  claimed: (result: Result) => boolean,
) {
  const taken = (xp ?? 0n) === 0n ? takenOver(links, claimed) : null;
  const seconds = (name: string) =>
    event.type === "TimeSpentEvent" ? rounded(decimalOrNull(event.items[name])) : null;
  return {
    student_id: student,
    fact_key: `caliper:event:${event.id}`,
    event_type: event.type,
    date: localDay(event.at, zone),
    activity_id: key,
    attempt: event.attempt,
    xp_earned: rounded(taken ?? xp),
    active_seconds: seconds("active"),
    waste_seconds: seconds("waste"),
    xp_source: taken === null ? "event" : "result",
    link_rule: links.map(({ rule }) => rule).sort()[0] ?? null,
    sources: [`caliper:event:${event.id}`, ...links.map(({ result }) => resultKey(result.id)).sort(byBytes)],
  };
}

const decimalOrNull = (text: string | undefined): bigint | null => (text === undefined ? null : decimal(text));
const resultKey = (id: string): string => `oneroster:assessment_result:${id}`;

function resultFact({ zone }: Landed, { id, row, key, xp, attempt }: Result) {
  return {
    student_id: row.student,
    fact_key: resultKey(id),
    event_type: "ActivityEvent",
    date: localDay(row.scoreDate, row.isDay ? "UTC" : zone),
    activity_id: key,
    attempt,
    xp_earned: rounded(xp),
    active_seconds: null,
    waste_seconds: null,
    xp_source: "result",
    link_rule: null,
    sources: [resultKey(id)],
  };
}

function isTestUser(user: UserRow | undefined): boolean {
  const metadata = user?.metadata ?? null;
  if (metadata === null || metadata === "null") return false;
  return ["true", "1"].includes(String(metadata.isTestUser).toLowerCase());
}

/** The email of a student: that of `users`, else the least one of its events. */
function emailsOf({ users }: Landed, events: readonly Event[]): (student: string) => string | null {
  return (student) => {
    const seen = events.filter((event) => event.student === student).map(({ event }) => emailOf(event.email));
    return (
      emailOf(users.get(student)?.email ?? null) ?? seen.filter((email) => email !== null).sort(byBytes)[0] ?? null
    );
  };
}
