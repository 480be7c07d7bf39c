import { type RawBuilder, sql } from "kysely";
import type { BlastRadius } from "../../../domain/findings/blast-radius.js";
import type { Db } from "../../engine/session.js";
import { isoDay } from "../../engine/sql-time.js";
import { exerciseDays } from "../bundling/exercise-days.js";
import { sessionFindings } from "./finding-columns.js";

const TREND_DAYS = 28;

const text = (amount: RawBuilder<unknown>): RawBuilder<unknown> => sql`trim_scale(${amount})::text`;
const confirmed = sql`coalesce(sum(inflation) filter (where verdict = 'confirmed'), 0)`;
const monday = (date: string): RawBuilder<unknown> => sql`date_trunc('week', ${sql.ref(date)}::timestamp)::date`;

/** Whether `date` is in the four weeks that end `ago` days before the end of the app's last full week. */
const inWeeksBack = (ago: number): RawBuilder<unknown> => sql`date between ${firstBack(ago)} and ${lastBack(ago)}`;
const firstBack = (ago: number): RawBuilder<unknown> => sql`w.until - ${sql.lit(ago + TREND_DAYS)}::int`;
const lastBack = (ago: number): RawBuilder<unknown> => sql`w.until - ${sql.lit(ago + 1)}::int`;

const weeksBack = (ago: number, name: string): RawBuilder<unknown> => {
  const of = (table: string, column: string) => sql.ref(`${table}.${column}_${name}`);
  return sql`json_build_object('from', ${isoDay(firstBack(ago))}, 'to', ${isoDay(lastBack(ago))},
    'events', coalesce(${of("t", "events")}, 0), 'findings', ${of("f", "findings")}, 'inflation', ${text(of("f", "inflation"))})`;
};

/** The rows of one group; compared as arrays, in which null courses are equal and can be hashed. */
const sameGroup = (table: string): RawBuilder<unknown> =>
  sql`${sql.ref(`${table}.app`)} = g.app and array[${sql.ref(`${table}.course_id`)}] = array[g.course_id]`;

/**
 * The extent of bundling in the session's findings, by app and course, most inflation first. Reads `exerciseDays` of all students.
 * Memory grows with apps, courses and weeks, not with events.
 */
export async function blastRadius(db: Db): Promise<BlastRadius[]> {
  const { rows } = await sql<BlastRadius>`
    with bundled as materialized (
      select coalesce(app, '') as app, body::json -> 'evidence' ->> 'courseId' as course_id, student_id, date, verdict, inflation
      from ${sessionFindings} where kind = 'bundled-xp'),
    events as materialized (
      select app, course_id, date, sum(n) as n from ${exerciseDays} where app in (select app from bundled) group by 1, 2, 3),
    clock as (select app, date_trunc('week', max(date) + 1::int)::date as until from events group by app),
    reported as (
      select e.app, e.course_id, sum(n) as n, sum(n) filter (where ${inWeeksBack(0)}) as events_last,
        sum(n) filter (where ${inWeeksBack(TREND_DAYS)}) as events_before
      from events e join clock w on w.app = e.app group by 1, 2),
    found as (
      select b.app, b.course_id, count(*) filter (where ${inWeeksBack(0)}) as findings_last,
        count(*) filter (where ${inWeeksBack(TREND_DAYS)}) as findings_before,
        coalesce(sum(inflation) filter (where verdict = 'confirmed' and ${inWeeksBack(0)}), 0) as inflation_last,
        coalesce(sum(inflation) filter (where verdict = 'confirmed' and ${inWeeksBack(TREND_DAYS)}), 0) as inflation_before
      from bundled b join clock w on w.app = b.app group by 1, 2),
    weekly as (
      select app, course_id, ${monday("date")} as week, count(*) as findings, ${confirmed} as inflation from bundled group by 1, 2, 3),
    listed as (
      select app, course_id, json_agg(json_build_object('week', ${isoDay(sql`week`)}, 'findings', findings,
        'inflation', ${text(sql`inflation`)}) order by week) as weeks
      from weekly group by 1, 2),
    spread as (
      select app, course_id, min(date) as first, max(date) as last, count(distinct student_id) as students, count(*) as findings,
        ${confirmed} as inflation, (${monday("maximum")} - ${monday("minimum")}) / 7 + 1 as weeks
      from (select *, max(date) over own as maximum, min(date) over own as minimum from bundled window own as (partition by app, course_id)) b
      group by app, course_id, maximum, minimum)
    select nullif(g.app, '') as app, g.course_id as "courseId", c.title as course, ${isoDay(sql`g.first`)} as "firstDay", ${isoDay(sql`g.last`)} as "lastDay",
      g.students::int as students, g.findings::int as findings, ${text(sql`g.inflation`)} as inflation,
      ${text(sql`round(g.inflation / g.weeks, 2)`)} as "perWeek", coalesce(t.n, 0)::int as events,
      ${text(sql`round(g.findings::numeric / greatest(coalesce(t.n, 0), 1), 4)`)} as share,
      k.weeks, ${weeksBack(0, "last")} as last, ${weeksBack(TREND_DAYS, "before")} as before
    from spread g join clock w on w.app = g.app
    join found f on ${sameGroup("f")}
    join listed k on ${sameGroup("k")}
    left join reported t on ${sameGroup("t")}
    left join timeback.courses c on c.sourced_id = g.course_id
    order by g.inflation desc, g.findings desc, g.app, g.course_id collate "C" nulls last`.execute(db);
  return rows;
}
