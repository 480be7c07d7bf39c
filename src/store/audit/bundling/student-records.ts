import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import {
  type EventRecord,
  type Micros,
  type ResultRecord,
  riseOf,
  SECOND,
  type StudentRecords,
  type XpReading,
} from "../../../domain/rules/judging/records.js";
import { prefetch } from "../../../flow/prefetch.js";
import type { Db } from "../../engine/session.js";
import { isoDay } from "../../engine/sql-time.js";
import { courseOf } from "../../facts/activities.js";
import { resultLinks } from "../../facts/links.js";
import { areNamed, inPart, rowsAbout, type Students } from "../../facts/student-selection.js";
import { notOfTestUser } from "../../facts/students.js";
import type { ResourceLookup } from "./resources.js";

/** A landed event, with its day in the stored zone if requested. */
export interface LandedEvent extends EventRecord {
  /** `YYYY-MM-DD`. */
  day: string | null;
}

/** Which records to read. */
export interface RecordScope {
  rules: FactRules;
  students: Students;
  /** `and …`: restricts the students further. */
  only?: (student: RawBuilder<unknown>) => RawBuilder<unknown>;
  /** Whether to compute the days of events. */
  days?: boolean;
}

const wanted = ({ students, only }: RecordScope, student: string): RawBuilder<unknown> =>
  sql`${inPart(students, sql.ref(student))} ${only ? only(sql.ref(student)) : sql``}`;

type Whole = number | null;

/** Members of the JSON lists, in the order in which the statement builds them. Amounts in ten-thousandths, instants in seconds. */
type EventList = [string, string, number, Whole, Whole, string | null, string | null, Whole, Whole, string | null];
type ResultList = [
  ...[string, string, string | null, number | null, number | null, number | null],
  ...[Whole, Whole, Whole, Whole, Whole, string | null, string | null],
];
type ReadingList = [string, Whole, number | null];

interface StudentRow {
  student: string;
  events: string;
  results: string | null;
  readings: string | null;
}

/** Seconds, as a double: much faster than whole microseconds, and exact to the microsecond until the year 2106. */
const seconds = (instant: string): RawBuilder<unknown> => sql`date_part('epoch', ${sql.ref(instant)})`;
const microsOf = (instant: number): Micros => Math.round(instant * SECOND);
const microsOrNull = (instant: number | null): Micros | null => (instant === null ? null : microsOf(instant));

const tenThousandths = (amount: string): RawBuilder<unknown> => sql`round(${sql.ref(amount)} * 10000)::bigint`;

const listOf = (members: readonly RawBuilder<unknown>[], order = sql``): RawBuilder<unknown> =>
  sql`json_agg(json_build_array(${sql.join([...members])}) ${order})::text`;

/** ActivityEvents with metrics; test users as the settings say. */
const events = (scope: RecordScope): RawBuilder<unknown> => sql`
  select a.student_id, ${listOf(
    [
      sql`e.event_id`,
      sql`coalesce(e.app, '')`,
      seconds("e.occurred_at"),
      tenThousandths("e.xp"),
      sql`e.attempt`,
      sql`e.activity_key`,
      sql`e.course_id`,
      tenThousandths("e.total_questions"),
      tenThousandths("e.correct_questions"),
      scope.days ? isoDay(sql`e.occurred_at at time zone ${scope.rules.zone}`) : sql`null::text`,
    ],
    sql`order by e.occurred_at, e.event_id`,
  )} as events
  from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
  where e.linkable ${wanted(scope, "a.student_id")} ${notOfTestUser(scope.rules, sql`a.student_id`)} group by 1`;

/** Linkable results, each with the event that it links to. */
const results = (scope: RecordScope): RawBuilder<unknown> => sql`
  select r.student_id, ${listOf([
    sql`r.sourced_id`,
    sql`r.activity_key`,
    courseOf("r"),
    sql`case when r.score_day is null then ${seconds("r.score_date")} end`,
    seconds("r.ended_at"),
    seconds("r.completed_at"),
    tenThousandths("r.xp"),
    tenThousandths("r.multiplier"),
    sql`r.attempt`,
    tenThousandths("r.total_questions"),
    tenThousandths("r.correct_questions"),
    sql`r.xp_reason`,
    sql`l.event_id`,
  ])} as results
  from timeback.assessment_results r left join ${resultLinks} l on l.sourced_id = r.sourced_id
  where r.linkable ${wanted(scope, "r.student_id")} group by 1`;

/** All readings, the current one last, of those results that have XP now and had none in an earlier reading. */
const readings = (scope: RecordScope): RawBuilder<unknown> => {
  const hadNone = sql`r.linkable and r.xp > 0 ${wanted(scope, "r.student_id")}
    and exists (select from timeback.assessment_result_versions z where z.sourced_id = r.sourced_id and z.xp = 0)`;
  return sql`
  select student_id, ${listOf([sql`sourced_id`, tenThousandths("xp"), seconds("xp_since")], sql`order by sourced_id, version`)} as readings
  from (
    select r.student_id, v.sourced_id, v.version, v.xp, v.xp_since
    from timeback.assessment_results r join timeback.assessment_result_versions v on v.sourced_id = r.sourced_id where ${hadNone}
    union all
    select r.student_id, r.sourced_id, 2147483647, r.xp, r.xp_since from timeback.assessment_results r where ${hadNone}) reading
  group by 1`;
};

const statement = (scope: RecordScope): RawBuilder<StudentRow> => sql<StudentRow>`
  with event as (${events(scope)}), result as (${results(scope)}), reading as (${readings(scope)})
  select e.student_id as student, e.events, r.results, v.readings
  from event e left join result r on r.student_id = e.student_id left join reading v on v.student_id = e.student_id`;

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
]: EventList): LandedEvent => ({
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

function readingsOf(text: string | null): Map<string, XpReading<Micros>[]> {
  const byResult = new Map<string, XpReading<Micros>[]>();
  for (const [id, xp, since] of JSON.parse(text ?? "[]") as ReadingList[]) {
    const reading = { xp: big(xp), since: microsOrNull(since) };
    const known = byResult.get(id);
    if (known === undefined) byResult.set(id, [reading]);
    else known.push(reading);
  }
  return byResult;
}

/** A student's records without the resources. */
type Parsed = Omit<StudentRecords<LandedEvent>, "resource">;

function resultOf(list: ResultList, rises: ReadonlyMap<string, XpReading<Micros>[]>): ResultRecord {
  const [sourcedId, activityKey, courseId, scoredAt, endedAt, completedAt, ...rest] = list;
  const [xp, multiplier, attempt, total, correct, reason] = rest;
  return {
    sourcedId,
    activityKey,
    courseId,
    scoredAt: microsOrNull(scoredAt),
    endedAt: microsOrNull(endedAt),
    completedAt: microsOrNull(completedAt),
    xp: big(xp),
    multiplier: big(multiplier),
    attempt,
    total: big(total),
    correct: big(correct),
    reason,
    rise: riseOf(rises.get(sourcedId) ?? []),
  };
}

const EVENT_ID = 12;

function parsed({ student, events, results, readings }: StudentRow): Parsed {
  const found = (JSON.parse(events) as EventList[]).map(eventOf);
  const byId = new Map(found.map((event) => [event.eventId, event]));
  const rises = readingsOf(readings);
  const links = new Map<LandedEvent, ResultRecord[]>();
  const all: ResultRecord[] = [];
  for (const list of JSON.parse(results ?? "[]") as ResultList[]) {
    const result = resultOf(list, rises);
    all.push(result);
    const event = byId.get(list[EVENT_ID] ?? "");
    if (event === undefined) continue;
    const linked = links.get(event);
    if (linked === undefined) links.set(event, [result]);
    else linked.push(result);
  }
  return { student, events: found, results: all, links };
}

const FIRST_PAGE = 10;
const MOST_STUDENTS = 200;
/** JSON fetched per page; a student's records are never split. */
const PAGE_BYTES = 1 << 20;

/** Number of students on the next page, from the sizes of those on this one. */
function nextPage(rows: readonly StudentRow[]): number {
  if (rows.length === 0) return FIRST_PAGE;
  const bytes = rows.reduce((sum, { events, results }) => sum + events.length + (results?.length ?? 0), 0);
  return Math.max(1, Math.min(MOST_STUDENTS, Math.floor((PAGE_BYTES * rows.length) / Math.max(bytes, 1))));
}

/**
 * The landed records of each student with an ActivityEvent with metrics, in no order. Reads `resultLinks`, which `gatherLinks` must
 * have filled for them. Between two students the session may run other statements.
 */
export async function* studentRecords(
  db: Db,
  resources: ResourceLookup,
  scope: RecordScope,
): AsyncGenerator<StudentRecords<LandedEvent>> {
  if (!areNamed(scope.students)) await resources.readAll();
  for await (const rows of prefetch(rowsAbout(db, scope.students, statement(scope), nextPage)))
    for (const row of rows) {
      const records = parsed(row); // one at a time: the garbage collector copies long-lived objects
      await resources.know(records);
      yield { ...records, resource: resources.of };
    }
}
