import { type RawBuilder, sql } from "kysely";
import type { AuditRules } from "../domain/audit-rules.js";
import type { Session } from "./session.js";

type Db = Session["db"];

/** A resource that is watched or read: it earns banked XP, and is no exercise. docs/audit.md, "Passive activities". */
export const isPassive = (resource: string): RawBuilder<unknown> =>
  sql`coalesce(lower(${sql.ref(`${resource}.activity_type`)}) in ('article', 'video'), false)
    or coalesce(lower(${sql.ref(`${resource}.resource_type`)}) in ('article', 'video'), false)`;

/** Whether a result says of itself that its XP was banked. */
export const isBanked = (result: string): RawBuilder<unknown> =>
  sql`lower(btrim(${sql.ref(`${result}.xp_reason`)})) = 'banked xp'`;

/** The two courses are not known to differ. */
export const isSameCourse = (one: RawBuilder<unknown>, other: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(${one} = ${other}) is not false`;

/** The results that link to an event or one of its twins, and whether they are close enough to be its own. */
const eventResults = (near: (instant: RawBuilder<unknown>) => RawBuilder<unknown>): RawBuilder<unknown> => sql`
  create temp table event_results as
  select t.leader, e.app, e.attempt as event_attempt, r.sourced_id, trim_scale(r.xp) as xp, r.multiplier, r.attempt,
    r.activity_key, r.total_questions, r.correct_questions, r.score_day is not null as of_day,
    coalesce(${isBanked("r")}, false) as is_banked,
    ${near(sql`r.score_date`)} or ${near(sql`r.ended_at`)} as is_close
  from pg_temp.links l
  join pg_temp.twins t on t.event_id = l.event_id
  join timeback.caliper_events e on e.event_id = l.event_id
  join timeback.assessment_results r on r.sourced_id = l.sourced_id`;

/** Which apps number attempts from 0, in their events and in their results. */
const appNumbering = sql`
  create temp table app_numbering as
  select coalesce(n.app, '') as app, coalesce(bool_or(n.event_attempt = 0), false)::int as events_plus,
    coalesce(bool_or(n.attempt = 0), false)::int as results_plus
  from (
    select e.app, e.attempt as event_attempt, null::int as attempt
    from pg_temp.twins t join timeback.caliper_events e on e.event_id = t.event_id
    union all select app, null, attempt from pg_temp.event_results) n
  group by 1`;

/** What an event's own results say (never one of banked XP): those of its attempt, or where an attempt is missing, those close to it; close ones before others. */
const ownResults = sql`
  create temp table own_results as
  with linked as (
    select r.*, r.attempt + n.results_plus as counted, r.event_attempt + n.events_plus as event_counted,
      bool_or(is_close) over (partition by leader) as any_close
    from pg_temp.event_results r join pg_temp.app_numbering n on n.app = coalesce(r.app, '')),
  own as (
    select * from linked
    where not of_day and not is_banked and is_close = any_close and case when counted is null or event_counted is null then is_close else counted = event_counted end)
  select leader, array_agg(sourced_id order by sourced_id) as sourced_ids,
    array_agg(xp::text order by sourced_id) as xps, min(xp) as least_xp,
    (array_agg(multiplier order by sourced_id) filter (where multiplier is not null))[1] as multiplier,
    (array_agg(counted order by sourced_id) filter (where counted is not null))[1] as attempt,
    (array_agg(total_questions order by sourced_id) filter (where total_questions is not null))[1] as total_questions,
    (array_agg(correct_questions order by sourced_id) filter (where correct_questions is not null))[1] as correct_questions
  from own group by leader`;

const known = (column: string): RawBuilder<unknown> =>
  sql`case when direct.sourced_id is null then through.${sql.ref(column)} else direct.${sql.ref(column)} end`;

/** Every event, with the resource of its activity: by the activity's key, else by that of a linked result. */
const audited = sql`
  create temp table audited_events as
  with through as (
    select er.leader, min(er.activity_key) as activity_key
    from pg_temp.event_results er join timeback.resources r on r.sourced_id = er.activity_key group by er.leader),
  banked as (
    select distinct r.student_id, r.activity_key from timeback.assessment_results r where r.linkable and ${isBanked("r")})
  select t.event_id, t.leader, a.student_id, coalesce(e.app, '') as app, e.occurred_at, trim_scale(e.xp) as xp, e.attempt,
    coalesce(e.activity_key, through_key.activity_key) as activity_key, e.activity_name, e.course_id,
    e.total_questions, e.correct_questions, trim_scale(${known("xp")}) as base,
    ${isPassive("direct")} or (direct.sourced_id is null and (${isPassive("through")})) or b.student_id is not null as is_passive
  from pg_temp.twins t
  join timeback.caliper_events e on e.event_id = t.event_id
  join timeback.caliper_actors a on a.actor_key = e.actor_key
  left join through through_key on through_key.leader = t.leader
  left join timeback.resources direct on direct.sourced_id = e.activity_key
  left join timeback.resources through on through.sourced_id = through_key.activity_key
  left join banked b on b.student_id = a.student_id and b.activity_key = coalesce(e.activity_key, through_key.activity_key)`;

/** The exercises: everything but passive activities. The attempt is counted from 1 (docs/audit.md, "Attempts"). */
const exercises = sql`
  create temp table exercises as
  select x.*, coalesce(x.attempt + n.events_plus, o.attempt, x.nth)::int as counted_attempt, o.multiplier,
    coalesce(o.least_xp < x.xp, false) as has_lower_own,
    case
      when coalesce(x.total_questions, o.total_questions) <= 0 then null
      when coalesce(x.correct_questions, o.correct_questions) >= coalesce(x.total_questions, o.total_questions) then 'full'
      when coalesce(x.correct_questions, o.correct_questions) * 10 >= coalesce(x.total_questions, o.total_questions) * 8 then 'pass'
      when coalesce(x.correct_questions, o.correct_questions) * 10 < coalesce(x.total_questions, o.total_questions) * 8 then 'fail'
    end as band
  from (
    select e.*, count(*) filter (where event_id = leader) over (
        partition by student_id, activity_key order by occurred_at, event_id rows unbounded preceding) as nth
    from pg_temp.audited_events e where not is_passive) x
  join pg_temp.app_numbering n on n.app = x.app
  left join pg_temp.own_results o on o.leader = x.leader`;

/**
 * Makes `pg_temp.exercises`, the events that may hold other activities' XP (`event_id`, `leader` of its twins, XP, base
 * XP, accuracy band, attempt from 1, ...), `pg_temp.own_results` (by `leader`) and `pg_temp.event_results`, of the events in `pg_temp.twins`, linked by `pg_temp.links`.
 */
export async function gatherExercises(db: Db, { ownSeconds }: AuditRules): Promise<void> {
  const near = (instant: RawBuilder<unknown>) =>
    sql`coalesce(abs(extract(epoch from ${instant} - e.occurred_at)) <= ${sql.lit(ownSeconds)}, false)`;
  for (const statement of [
    eventResults(near),
    sql`create index on pg_temp.event_results (leader, sourced_id)`,
    appNumbering,
    sql`analyze pg_temp.event_results`,
    ownResults,
    sql`create index on pg_temp.own_results (leader)`,
    audited,
    exercises,
    sql`create index on pg_temp.exercises (student_id, occurred_at)`,
    sql`create index on pg_temp.exercises (event_id)`,
    sql`analyze pg_temp.own_results, pg_temp.exercises`,
  ])
    await statement.execute(db);
}
