import { type RawBuilder, sql } from "kysely";
import type { BlastRadius } from "../domain/blast-radius.js";
import type { Session } from "./session.js";

const TREND_DAYS = 28;

const text = (amount: RawBuilder<unknown>): RawBuilder<unknown> => sql`trim_scale(${amount})::text`;
const day = (date: RawBuilder<unknown>): RawBuilder<unknown> => sql`to_char(${date}, 'YYYY-MM-DD')`;
const confirmed = sql`coalesce(sum(inflation) filter (where verdict = 'confirmed'), 0)`;
const monday = (date: string): RawBuilder<unknown> => sql`date_trunc('week', ${sql.ref(date)}::timestamp)::date`;

/** The four weeks that end `ago` days before the end of the app's last full week. */
const weeksBack = (ago: number): RawBuilder<unknown> => {
  const from = sql`w.until - ${sql.lit(ago + TREND_DAYS)}::int`;
  const to = sql`w.until - ${sql.lit(ago + 1)}::int`;
  const within = sql`date between ${from} and ${to}`;
  return sql`json_build_object('from', ${day(from)}, 'to', ${day(to)},
    'events', (select coalesce(sum(n), 0) from events e where ${sameGroup("e")} and ${within}),
    'findings', (select count(*) from bundled b where ${sameGroup("b")} and ${within}),
    'inflation', (select ${text(confirmed)} from bundled b where ${sameGroup("b")} and ${within}))`;
};

const sameGroup = (table: string): RawBuilder<unknown> =>
  sql`${sql.ref(`${table}.app`)} = g.app and ${sql.ref(`${table}.course_id`)} is not distinct from g.course_id`;

/**
 * How far the bundling among the session's findings reaches, by app and course, the most inflation first. Needs the
 * exercises of everybody (`pg_temp.exercises`); days are those of the zone. What it holds grows with apps, courses and
 * weeks, never with events.
 */
export async function blastRadius(db: Session["db"], zone: string): Promise<BlastRadius[]> {
  const { rows } = await sql<BlastRadius>`
    with bundled as materialized (
      select coalesce(app, '') as app, body::json -> 'evidence' ->> 'courseId' as course_id, student_id, date, verdict, inflation
      from pg_temp.findings where kind = 'bundled-xp'),
    events as materialized (
      select x.app, x.course_id, (x.occurred_at at time zone ${zone}::text)::date as date, count(*) as n
      from pg_temp.exercises x where x.event_id = x.leader and x.app in (select app from bundled) group by 1, 2, 3),
    clock as (select app, date_trunc('week', max(date) + 1::int)::date as until from events group by app),
    weekly as (
      select app, course_id, ${monday("date")} as week, count(*) as findings, ${confirmed} as inflation from bundled group by 1, 2, 3),
    spread as (
      select app, course_id, min(date) as first, max(date) as last, count(distinct student_id) as students, count(*) as findings,
        ${confirmed} as inflation, (${monday("maximum")} - ${monday("minimum")}) / 7 + 1 as weeks
      from (select *, max(date) over own as maximum, min(date) over own as minimum from bundled window own as (partition by app, course_id)) b
      group by app, course_id, maximum, minimum)
    select nullif(g.app, '') as app, g.course_id as "courseId", c.title as course, ${day(sql`g.first`)} as "firstDay", ${day(sql`g.last`)} as "lastDay",
      g.students::int as students, g.findings::int as findings, ${text(sql`g.inflation`)} as inflation,
      ${text(sql`round(g.inflation / g.weeks, 2)`)} as "perWeek", t.n::int as events,
      ${text(sql`round(g.findings::numeric / greatest(t.n, 1), 4)`)} as share,
      (select json_agg(json_build_object('week', ${day(sql`k.week`)}, 'findings', k.findings, 'inflation', ${text(sql`k.inflation`)}) order by k.week)
        from weekly k where ${sameGroup("k")}) as weeks,
      ${weeksBack(0)} as last, ${weeksBack(TREND_DAYS)} as before
    from spread g join clock w on w.app = g.app
    cross join lateral (select coalesce(sum(e.n), 0) as n from events e where ${sameGroup("e")}) t
    left join timeback.courses c on c.sourced_id = g.course_id
    order by g.inflation desc, g.findings desc, g.app, g.course_id collate "C" nulls last`.execute(db);
  return rows;
}
