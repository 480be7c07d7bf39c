import {
  type EventRecord,
  type Micros,
  type ResultHistory,
  type ResultReading,
  type ResultRecord,
  SECOND,
  type SpentRecord,
  type StudentRecords,
} from "../../../domain/rules/judging/records.js";

type Whole = number | null;

/** Members of the JSON lists, in the order in which the statement builds them. Amounts in ten-thousandths, instants in seconds. */
type EventList = [string, string, number, Whole, Whole, string | null, string | null, Whole, Whole, string];
type ResultList = [
  ...[string, string, string | null, number | null, number | null, number | null, number | null],
  ...[Whole, Whole, Whole, Whole, Whole, string | null, string | null],
];
type ReadingList = [string, string, string | null, Whole, number | null, number | null, number | null, string | null];
type SpentList = [number, string | null, string | null];

/** What the statement says of a student, as JSON. */
export interface StudentRow {
  student: string;
  events: string;
  results: string | null;
  readings: string | null;
  spent: string | null;
}

const microsOf = (instant: number): Micros => Math.round(instant * SECOND);
const microsOrNull = (instant: number | null): Micros | null => (instant === null ? null : microsOf(instant));

const big = (amount: Whole): bigint | null => (amount === null ? null : BigInt(amount));

const eventOf = ([
  eventId,
  app,
  at,
  xp,
  attempt,
  activityKey,
  courseId,
  total,
  correct,
  day,
]: EventList): EventRecord => ({
  eventId,
  app,
  at: microsOf(at),
  activityKey,
  courseId,
  attempt,
  xp: big(xp),
  total: big(total),
  correct: big(correct),
  day,
});

function historiesOf(text: string | null): ResultHistory[] {
  const histories = new Map<string, ResultHistory & { readings: ResultReading[] }>();
  for (const list of JSON.parse(text ?? "[]") as ReadingList[]) {
    const [sourcedId, activityKey, courseId, xp, xpSince, completedAt, scoredAt, reason] = list;
    const history = histories.get(sourcedId) ?? { sourcedId, activityKey, courseId, readings: [] };
    histories.set(sourcedId, history);
    history.readings.push({
      xp: big(xp),
      xpSince: microsOrNull(xpSince),
      completedAt: microsOrNull(completedAt),
      scoredAt: microsOrNull(scoredAt),
      reason,
    });
  }
  return [...histories.values()];
}

/** A student's records but for the resources. */
type Parsed = Omit<StudentRecords, "resource">;

function resultOf(list: ResultList): ResultRecord {
  const [sourcedId, activityKey, courseId, scoredAt, endedAt, completedAt, xpSince, ...rest] = list;
  const [xp, multiplier, attempt, total, correct, reason] = rest;
  return {
    sourcedId,
    activityKey,
    courseId,
    scoredAt: microsOrNull(scoredAt),
    endedAt: microsOrNull(endedAt),
    completedAt: microsOrNull(completedAt),
    xpSince: microsOrNull(xpSince),
    xp: big(xp),
    multiplier: big(multiplier),
    attempt,
    total: big(total),
    correct: big(correct),
    reason,
  };
}

const spentOf = ([at, activityKey, courseId]: SpentList): SpentRecord => ({ at: microsOf(at), activityKey, courseId });

const EVENT_ID = 13;

/** The records that a row of the statement holds. */
export function parsed({ student, events, results, readings, spent }: StudentRow): Parsed {
  const found = (JSON.parse(events) as EventList[]).map(eventOf);
  const byId = new Map(found.map((event) => [event.eventId, event]));
  const links = new Map<EventRecord, ResultRecord[]>();
  const all: ResultRecord[] = [];
  for (const list of JSON.parse(results ?? "[]") as ResultList[]) {
    const result = resultOf(list);
    all.push(result);
    const event = byId.get(list[EVENT_ID] ?? "");
    if (event === undefined) continue;
    const linked = links.get(event);
    if (linked === undefined) links.set(event, [result]);
    else linked.push(result);
  }
  return {
    student,
    events: found,
    results: all,
    histories: historiesOf(readings),
    spent: (JSON.parse(spent ?? "[]") as SpentList[]).map(spentOf),
    links,
  };
}
