import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import { PASSIVE_TYPES, type StudentRecords } from "../../../domain/rules/judging/records.js";
import { prefetch } from "../../../flow/prefetch.js";
import type { Db } from "../../engine/session.js";
import { isoDay } from "../../engine/sql-time.js";
import { courseOf } from "../../facts/activities.js";
import { resultLinks } from "../../facts/links.js";
import { areNamed, inPart, rowsAbout, type Students } from "../../facts/student-selection.js";
import { notOfTestUser } from "../../facts/students.js";
import { parsed, type StudentRow } from "./parse-records.js";
import type { ResourceLookup } from "./resources.js";

/** Which records are read. */
export interface RecordScope {
  rules: FactRules;
  students: Students;
  /** `and …`: restricts the students further. */
  only?: (student: RawBuilder<unknown>) => RawBuilder<unknown>;
}

const wanted = ({ students, only }: RecordScope, student: string): RawBuilder<unknown> =>
  sql`${inPart(students, sql.ref(student))} ${only ? only(sql.ref(student)) : sql``}`;

/** Seconds, as a double: much faster than whole microseconds, and exact to the microsecond until the year 2106. */
const seconds = (instant: string): RawBuilder<unknown> => sql`date_part('epoch', ${sql.ref(instant)})`;

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
      isoDay(sql`e.occurred_at at time zone ${scope.rules.zone}`),
    ],
    sql`order by e.occurred_at, e.event_id`,
  )} as events
  from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
  where e.linkable ${wanted(scope, "a.student_id")} ${notOfTestUser(scope.rules, sql`a.student_id`)} group by 1`;

/** Time spent on what is watched or read. */
const spent = (scope: RecordScope): RawBuilder<unknown> => sql`
  select a.student_id, ${listOf([seconds("e.occurred_at"), sql`e.activity_key`, sql`e.course_id`])} as spent
  from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
  join timeback.resources passive on passive.sourced_id = e.activity_key
    and (lower(passive.activity_type) = any(${PASSIVE_TYPES}::text[]) or lower(passive.resource_type) = any(${PASSIVE_TYPES}::text[]))
  where not e.linkable and e.event_type = 'TimeSpentEvent' ${wanted(scope, "a.student_id")} group by 1`;

/** Results that may link, each with the event that it links to. */
const results = (scope: RecordScope): RawBuilder<unknown> => sql`
  select r.student_id, ${listOf([
    sql`r.sourced_id`,
    sql`r.activity_key`,
    courseOf("r"),
    sql`case when r.score_day is null then ${seconds("r.score_date")} end`,
    seconds("r.ended_at"),
    seconds("r.completed_at"),
    seconds("r.xp_since"),
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

const READING = sql.raw("xp, xp_since, completed_at, score_date, xp_reason");

/** What all readings showed of results that have earlier ones and had XP, as far as the result was active then. */
const readings = (scope: RecordScope): RawBuilder<unknown> => sql`
  select student_id, ${listOf(
    [
      ...[
        sql`sourced_id`,
        sql`activity_key`,
        sql`course`,
        tenThousandths("xp"),
        seconds("xp_since"),
        seconds("completed_at"),
      ],
      ...[sql`case when score_day is null then ${seconds("score_date")} end`, sql`xp_reason`],
    ],
    sql`order by sourced_id, version`,
  )} as readings
  from (
    select r.student_id, r.sourced_id, r.activity_key, ${courseOf("r")} as course, r.score_day, one.*
    from timeback.assessment_results r
    join lateral (
      select version, ${READING} from timeback.assessment_result_versions v
      where v.sourced_id = r.sourced_id and not v.vanished and lower(coalesce(v.status, 'active')) = 'active'
      union all
      select 2147483647, r.xp, r.xp_since, r.completed_at, r.score_date, r.xp_reason where r.linkable) one on true
    where not r.of_child_line_item ${wanted(scope, "r.student_id")} and exists (
      select from timeback.assessment_result_versions v where v.sourced_id = r.sourced_id and (v.xp > 0 or r.xp > 0))) reading
  group by 1`;

const statement = (scope: RecordScope): RawBuilder<StudentRow> => sql<StudentRow>`
  with event as (${events(scope)}), result as (${results(scope)}), reading as (${readings(scope)}), spent as (${spent(scope)})
  select e.student_id as student, e.events, r.results, v.readings, s.spent
  from event e left join result r on r.student_id = e.student_id left join reading v on v.student_id = e.student_id
  left join spent s on s.student_id = e.student_id`;

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
): AsyncGenerator<StudentRecords> {
  if (!areNamed(scope.students)) await resources.readAll();
  for await (const rows of prefetch(rowsAbout(db, scope.students, statement(scope), nextPage)))
    for (const row of rows) {
      const records = parsed(row); // one at a time: the garbage collector copies long-lived objects
      await resources.know(records);
      yield { ...records, resource: resources.of };
    }
}
