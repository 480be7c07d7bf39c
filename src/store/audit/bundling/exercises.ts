import { type RawBuilder, sql } from "kysely";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import type { Db } from "../../engine/session.js";
import { secondsApart } from "../../engine/sql-time.js";
import { notOfTestUser } from "../../facts/fact-query.js";
import { areFew, inPart, type Students } from "../../facts/student-selection.js";

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

/** ActivityEvents with metrics, of whom the settings let make facts, with the resource of the activity that they name. */
const completed = (rules: FactRules, students: Students): RawBuilder<unknown> => sql`
  create temp table completed as
  select e.event_id, a.student_id, coalesce(e.app, '') as app, e.occurred_at, trim_scale(e.xp) as xp, e.attempt, e.activity_key,
    e.course_id, e.total_questions, e.correct_questions, resource.sourced_id is not null as has_resource,
    trim_scale(resource.xp) as base, ${isPassive("resource")} as is_passive
  from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
  left join timeback.resources resource on resource.sourced_id = e.activity_key
  where e.linkable ${inPart(students, sql`a.student_id`)} ${notOfTestUser(rules, sql`a.student_id`)}`;

/**
 * Makes `pg_temp.completed`, every ActivityEvent with metrics of these students (test users as the settings
 * say): what the checks need of it, in few bytes.
 */
export async function gatherCompleted(db: Db, rules: FactRules, students: Students): Promise<void> {
  await completed(rules, students).execute(db);
  if (!areFew(students)) await sql`analyze pg_temp.completed`.execute(db);
}

/** The results that link to an event, under the leader of its twins, and whether they are close enough to be its own. */
const eventResults = ({ ownSeconds }: AuditRules): RawBuilder<unknown> => {
  const window = secondsApart(ownSeconds);
  const isNear = (instant: RawBuilder<unknown>) =>
    sql`coalesce(${instant} >= c.occurred_at - ${window} and ${instant} <= c.occurred_at + ${window}, false)`;
  return sql`
  create temp table event_results as
  select coalesce(t.leader, c.event_id) as leader, c.student_id, c.app, c.attempt as event_attempt, l.sourced_id,
    trim_scale(l.result_xp) as xp, l.multiplier, l.result_attempt as attempt, l.result_activity as activity_key, l.total_questions,
    l.correct_questions, l.score_day is not null as of_day, coalesce(${isBanked("l")}, false) as is_banked,
    ${isNear(sql`l.score_date`)} or ${isNear(sql`l.ended_at`)} as is_close
  from pg_temp.links l
  join pg_temp.completed c on c.event_id = l.event_id
  left join pg_temp.twins t on t.event_id = c.event_id`;
};

/** Apps that number attempts from 0, in their events and in their results. */
export interface ZeroNumbering {
  inEvents: ReadonlySet<string>;
  inResults: ReadonlySet<string>;
}

/** One, where the app is one of these. */
const plusOne = (app: RawBuilder<unknown>, apps: ReadonlySet<string>): RawBuilder<unknown> =>
  sql`(${app} = any(${sql.val([...apps])}::text[]))::int`;

/** Results with their attempt and that of their event counted from 1. */
const numbered = (results: RawBuilder<unknown>, { inEvents, inResults }: ZeroNumbering): RawBuilder<unknown> => sql`
  select r.*, r.attempt + ${plusOne(sql`r.app`, inResults)} as counted,
    r.event_attempt + ${plusOne(sql`r.app`, inEvents)} as event_counted
  from ${results} r`;

/** Never one of banked XP; of the event's attempt, or where an attempt is missing, close to it. */
const mayBeOwn = sql`not of_day and not is_banked
  and case when counted is null or event_counted is null then is_close else counted = event_counted end`;

const first = (column: string): RawBuilder<unknown> =>
  sql`(array_agg(${sql.ref(column)} order by sourced_id) filter (where ${sql.ref(column)} is not null))[1]`;

/** What the own results of some events say, by the leader of their twins; close ones before others. */
export const ownResults = (leaders: RawBuilder<unknown>, numbering: ZeroNumbering): RawBuilder<unknown> => sql`
  select leader, array_agg(sourced_id order by sourced_id) as sourced_ids, array_agg(xp::text order by sourced_id) as xps,
    min(xp) as least_xp, ${first("multiplier")} as multiplier, ${first("counted")} as attempt,
    ${first("total_questions")} as total_questions, ${first("correct_questions")} as correct_questions
  from (
    select n.*, bool_or(is_close) over (partition by leader) as any_close
    from (${numbered(sql`(select * from pg_temp.event_results where leader in (${leaders}))`, numbering)}) n) linked
  where is_close = any_close and ${mayBeOwn} group by leader`;

/** Of most events one result at most is an own one: only where several link must they be put in order. */
const several = sql`select leader from pg_temp.event_results group by 1 having count(*) > 1`;

const ownOfSeveral = (several: RawBuilder<unknown>, numbering: ZeroNumbering): RawBuilder<unknown> =>
  ownResults(sql`select leader from ${several}`, numbering);

const single = (several: RawBuilder<unknown>, numbering: ZeroNumbering): RawBuilder<unknown> => sql`
  select leader, xp as least_xp, multiplier, counted as attempt, total_questions, correct_questions
  from (${numbered(
    sql`(select * from pg_temp.event_results r where not exists (select from ${several} s where s.leader = r.leader))`,
    numbering,
  )}) n where ${mayBeOwn}`;

/** Events of which no resource is known by their own activity: the one of a linked result, if that leads to any. */
const byResult = sql`
  select l.leader, l.activity_key, trim_scale(r.xp) as base, ${isPassive("r")} as is_passive
  from (
    select er.leader, min(er.activity_key) as activity_key
    from pg_temp.event_results er join timeback.resources r on r.sourced_id = er.activity_key
    where er.leader in (
      select coalesce(t.leader, c.event_id) from pg_temp.completed c left join pg_temp.twins t on t.event_id = c.event_id
      where not c.has_resource)
    group by er.leader) l
  join timeback.resources r on r.sourced_id = l.activity_key`;

/** What is looked up for exercises: of few students in common table expressions, of many in temp tables, whose size is known then. */
interface Lookups {
  several: RawBuilder<unknown>;
  ownOfSeveral: RawBuilder<unknown>;
  byResult: RawBuilder<unknown>;
}

/** Every event with its activity and the resource of that: by the event's key, else by that of a linked result. */
const withActivity = ({ byResult }: Lookups): RawBuilder<unknown> => sql`
  select c.event_id, c.student_id, c.app, c.occurred_at, c.xp, c.attempt, c.course_id, c.total_questions, c.correct_questions,
    coalesce(t.leader, c.event_id) as leader, coalesce(c.activity_key, through.activity_key) as activity_key,
    case when c.has_resource then c.base else through.base end as base,
    case when c.has_resource then c.is_passive else coalesce(through.is_passive, false) end as is_passive
  from pg_temp.completed c
  left join pg_temp.twins t on t.event_id = c.event_id
  left join ${byResult} through on through.leader = coalesce(t.leader, c.event_id)`;

/** The activities for which a student has banked XP: they are passive for that student. */
const bankedActivities = (students: Students): RawBuilder<unknown> => sql`
  select r.student_id, r.activity_key from timeback.assessment_results r
  where r.linkable and ${isBanked("r")} ${inPart(students, sql`r.student_id`)}`;

/** The exercises: everything but passive activities. Own results are those of `one` or those of `more`, which have no leader in common. */
const active = (students: Students, numbering: ZeroNumbering, lookups: Lookups): RawBuilder<unknown> => sql`
  select a.*, coalesce(one.multiplier, more.multiplier) as multiplier,
    coalesce(coalesce(one.least_xp, more.least_xp) < a.xp, false) as has_lower_own,
    coalesce(a.attempt + ${plusOne(sql`a.app`, numbering.inEvents)}, one.attempt, more.attempt) as known_attempt,
    coalesce(a.total_questions, one.total_questions, more.total_questions) as total,
    coalesce(a.correct_questions, one.correct_questions, more.correct_questions) as correct
  from (${withActivity(lookups)}) a
  left join (${single(lookups.several, numbering)}) one on one.leader = a.leader
  left join ${lookups.ownOfSeveral} more on more.leader = a.leader
  where not a.is_passive and not exists (
    select from (${bankedActivities(students)}) b where b.student_id = a.student_id and b.activity_key = a.activity_key)`;

const FIELD = sql.lit("|");

/** The attempt is counted from 1 (docs/audit.md, "Attempts"). `nth` is the number of an event among those of its activity. */
const exercises = (active: RawBuilder<unknown>, nth: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select x.*, concat(x.xp, ${FIELD}, x.base, ${FIELD}, x.band, ${FIELD}, x.counted_attempt, ${FIELD}, trim_scale(x.multiplier), ${FIELD},
    x.has_lower_own) as reading
  from (
    select event_id, leader, event_id = leader as leads, student_id, app, occurred_at, xp, course_id, activity_key, base,
      coalesce(known_attempt, ${nth})::int as counted_attempt, multiplier, has_lower_own,
      case
        when total <= 0 then null
        when correct >= total then 'full'
        when correct * 10 >= total * 8 then 'pass'
        when correct * 10 < total * 8 then 'fail'
      end as band
    from (${active}) c) x`;

const nthOfActivity = sql`count(*) filter (where event_id = leader) over (
  partition by student_id, activity_key order by occurred_at, event_id rows unbounded preceding)`;

/** Whether an event does not say its attempt: then it must be counted. */
async function lacksAttempts(db: Db): Promise<boolean> {
  const { rows } = await sql<{ lacks: boolean }>`
    select exists (select from pg_temp.completed where attempt is null) as lacks`.execute(db);
  return rows[0]?.lacks ?? true;
}

/** Makes `pg_temp.exercise_days` (`app`, `course_id`, `date`, `n`): how many exercises, twins once, each day of the zone has. */
export const gatherExerciseDays = (db: Db, { zone }: FactRules) =>
  sql`
  create temp table exercise_days as
  select app, course_id, (occurred_at at time zone ${sql.lit(zone)})::date as date, count(*) as n
  from pg_temp.exercises where leads group by 1, 2, 3`.execute(db);

/** Makes `pg_temp.event_results` of the events in `pg_temp.completed`, linked by `pg_temp.links`. Needs `gatherTwins`. */
export async function gatherEventResults(db: Db, rules: AuditRules, students: Students): Promise<void> {
  await eventResults(rules).execute(db);
  if (!areFew(students)) await sql`analyze pg_temp.event_results`.execute(db);
}

/**
 * Makes `pg_temp.exercises`, the events that may hold other activities' XP (`event_id`, `leader` of its twins, whether it
 * `leads` them, XP, base XP, accuracy band, attempt from 1, ..., and all that its XP has to be read from in one text), of
 * the events in `pg_temp.completed`. Needs `gatherEventResults`.
 */
export const gatherExercises = (db: Db, numbering: ZeroNumbering, students: Students): Promise<void> =>
  areFew(students) ? gatherFew(db, numbering, students) : gatherMany(db, numbering, students);

async function gatherFew(db: Db, numbering: ZeroNumbering, students: Students): Promise<void> {
  const lookups = { several: sql`several`, ownOfSeveral: sql`own_of_several`, byResult: sql`resource_by_result` };
  await sql`
    create temp table exercises as
    with several as materialized (${several}),
    own_of_several as (${ownOfSeveral(lookups.several, numbering)}),
    resource_by_result as (${byResult})
    ${exercises(active(students, numbering, lookups), nthOfActivity)}`.execute(db);
}

async function gatherMany(db: Db, numbering: ZeroNumbering, students: Students): Promise<void> {
  const lookups = {
    several: sql`pg_temp.several_results`,
    ownOfSeveral: sql`pg_temp.own_of_several`,
    byResult: sql`pg_temp.resource_by_result`,
  };
  const nth = (await lacksAttempts(db)) ? nthOfActivity : sql`null`;
  for (const statement of [
    sql`create temp table several_results as ${several}`,
    sql`create temp table resource_by_result as ${byResult}`,
    sql`analyze pg_temp.several_results, pg_temp.resource_by_result`,
    sql`create temp table own_of_several as ${ownOfSeveral(lookups.several, numbering)}`,
    sql`analyze pg_temp.own_of_several`,
    sql`create temp table exercises as ${exercises(active(students, numbering, lookups), nth)}`,
    sql`create index on pg_temp.exercises (student_id, occurred_at)`,
    sql`analyze pg_temp.exercises`,
  ])
    await statement.execute(db);
}
