import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { courseJoins, courseOfResult } from "./activities.js";
import { eventsAt, type LandedPlaces } from "./affected.js";
import { bestFirst, everything, type Scope } from "./link-rules.js";
import { bestLinks, gatheredLinks } from "./links.js";
import { eventKey, resultKey } from "./source-keys.js";
import { inPart, type Students } from "./student-selection.js";

/** What the session's touched tables name (affected.ts): whether that is much. */
export interface TouchedScope {
  many: boolean;
}

/** What is touched; events that were just landed and link to nothing; else everything landed of some students. */
export type DeriveScope = TouchedScope | LandedPlaces | Students;

const isTouched = (scope: DeriveScope): scope is TouchedScope => typeof scope === "object" && "many" in scope;
const isLanded = (scope: DeriveScope): scope is LandedPlaces => typeof scope === "object" && "runId" in scope;
const isNamed = (scope: DeriveScope): scope is readonly string[] => Array.isArray(scope);

const place = (ordinal: number) => sql`${sql.lit(ordinal)}::bigint`;

/** Events `e` to choose from. */
const eventsOf = (scope: DeriveScope): RawBuilder<unknown> =>
  isLanded(scope)
    ? eventsAt(sql`${scope.runId}`, place(scope.first), place(scope.last))
    : sql`timeback.caliper_events e`;

/** The conditions on landed rows in scope; no results: null. */
function scopes(scope: DeriveScope): { events: Scope; results: Scope | null } {
  if (isLanded(scope)) return { events: everything, results: null };
  if (!isTouched(scope)) return { events: inPart(scope, sql`a.student_id`), results: inPart(scope, sql`r.student_id`) };
  return {
    events: sql`and e.event_id in (select event_id from pg_temp.touched_events)`,
    results: sql`and r.sourced_id in (select sourced_id from pg_temp.touched_results)`,
  };
}

/** The columns of a fact that a derivation makes, in the order in which `derived` yields them; the first two are its key. */
export const FACT_COLUMNS = [
  "student_id",
  "fact_key",
  "event_type",
  "email",
  "occurred_at",
  "date",
  "time_zone",
  "subject",
  "app",
  "course_id",
  "activity_id",
  "course_name",
  "activity_name",
  "attempt",
  "run_id",
  "xp_earned",
  "total_questions",
  "correct_questions",
  "mastered_units",
  "active_seconds",
  "inactive_seconds",
  "waste_seconds",
  "unknown_seconds",
  "anti_pattern_seconds",
  "xp_source",
  "link_rule",
  "correction_id",
  "sources",
] as const;
const KEY_COLUMNS = 2;

/** The columns of a fact that say something, beside its key. */
export const VALUE_COLUMNS = FACT_COLUMNS.slice(KEY_COLUMNS);

/** Those that `fact` has: what a student's facts have in common is joined to all of them only in the end. */
export const OWN_COLUMNS = VALUE_COLUMNS.filter((column) => column !== "email" && column !== "time_zone");

/** True where two facts of one key, under these aliases, differ in any column that a derivation makes. */
export const factsDiffer = (one: string, other: string): RawBuilder<unknown> => {
  return sql`(${columnsOf(`${one}.`, VALUE_COLUMNS)}) is distinct from (${columnsOf(`${other}.`, VALUE_COLUMNS)})`;
};

/** Leaves out a test user, where the settings do. */
export const notOfTestUser = ({ testUsers }: FactRules, student: RawBuilder<unknown>): RawBuilder<unknown> =>
  testUsers === "include"
    ? sql``
    : sql`and not exists (select from timeback.users t where t.sourced_id = ${student} and t.is_test_user)`;

/** What the links `of` some events say of each. */
const linkedTo = (of: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    select event_id, min(rule) as rule,
      array_agg(${resultKey(sql`sourced_id`)} order by sourced_id collate "C") as sources
    from link ${of} group by event_id`;

/** Of most events one result at most is linked: only where there are several must they be put in order. */
const linkedApart = sql`
  several as (select event_id from link group by event_id having count(*) > 1),
  linked as (${linkedTo(sql`where event_id in (select event_id from several)`)}),
  alone as (
    select event_id, rule, ${resultKey(sql`sourced_id`)} as source from link
    where event_id not in (select event_id from several))`;

/** XP that an event without any takes over from results no paying event could claim. */
const banked = sql`
  banked as (
    select event_id, sum(result_xp) as xp from (
      select distinct on (event_id, result_attempt) event_id, result_attempt, result_xp, known
      from (select l.*, count(result_attempt) over (partition by event_id) as known
        from link l where coalesce(result_xp, 0) <> 0 and not claimed) l
      order by event_id, result_attempt, ${bestFirst}, sourced_id collate "C") one
    where result_attempt is not null or known = 0
    group by event_id)`;

/** The links of an event: of named students together, of many those that stand alone apart. */
interface LinkShape {
  /** Common table expressions, each with its comma. */
  expressions: RawBuilder<unknown>;
  /** Joins to an event `e`, with what it takes over as `b.xp`. */
  join: RawBuilder<unknown>;
  rule: RawBuilder<unknown>;
  sources: RawBuilder<unknown>;
}

const joinBanked = sql`left join banked b on b.event_id = e.event_id and coalesce(e.xp, 0) = 0`;

const together = (link: RawBuilder<unknown>): LinkShape => ({
  expressions: sql`${link}, linked as (${linkedTo(sql``)}), ${banked},`,
  join: sql`left join linked l on l.event_id = e.event_id ${joinBanked}`,
  rule: sql`l.rule`,
  sources: sql`array[${eventKey(sql`e.event_id`)}] || coalesce(l.sources, '{}')`,
});

const apart = (link: RawBuilder<unknown>): LinkShape => ({
  expressions: sql`${link}, ${linkedApart}, ${banked},`,
  join: sql`left join alone on alone.event_id = e.event_id left join linked l on l.event_id = e.event_id ${joinBanked}`,
  rule: sql`coalesce(alone.rule, l.rule)`,
  sources: sql`case when alone.event_id is not null then array[${eventKey(sql`e.event_id`)}, alone.source]
      when l.event_id is null then array[${eventKey(sql`e.event_id`)}]
      else array[${eventKey(sql`e.event_id`)}] || l.sources end`,
});

/** No links. */
const unlinked: LinkShape = {
  expressions: sql``,
  join: sql`cross join (values (null::numeric)) as b(xp)`,
  rule: sql`null`,
  sources: sql`array[${eventKey(sql`e.event_id`)}]`,
};

/** Links of what is touched are found with its facts; those of students were gathered before. */
function linkShape(scope: DeriveScope): LinkShape {
  if (isLanded(scope)) return unlinked;
  if (isTouched(scope)) return scope.many ? apart(bestLinks) : together(bestLinks);
  return isNamed(scope) ? together(gatheredLinks(scope)) : apart(gatheredLinks("all"));
}

const eventFacts = ({ zone }: FactRules, links: LinkShape): RawBuilder<unknown> => sql`
  select e.student_id, ${eventKey(sql`e.event_id`)} as fact_key, e.event_type, e.occurred_at,
    (e.occurred_at at time zone ${zone})::date as date, e.subject, e.app, e.course_id, e.activity_key as activity_id,
    e.course_name, e.activity_name, e.attempt, e.caliper_run_id as run_id,
    round(coalesce(c.own_xp, b.xp, e.xp), 2) as xp_earned, e.total_questions, e.correct_questions, e.mastered_units,
    round(e.active_seconds, 2) as active_seconds, round(e.inactive_seconds, 2) as inactive_seconds,
    round(e.waste_seconds, 2) as waste_seconds, round(e.unknown_seconds, 2) as unknown_seconds,
    round(e.anti_pattern_seconds, 2) as anti_pattern_seconds,
    case when c.own_xp is not null then 'correction' when b.xp is null then 'event' else 'result' end as xp_source,
    ${links.rule} as link_rule, c.correction_id, ${links.sources} as sources
  from event e
  ${links.join}
  left join timeback.corrections c on c.student_id = e.student_id and c.event_id = e.event_id and c.retired_at is null`;

/** Results with XP that no event explains. */
const resultFacts = (rules: FactRules, results: Scope): RawBuilder<unknown> => sql`
  select r.student_id, ${resultKey(sql`r.sourced_id`)} as fact_key, 'ActivityEvent' as event_type,
    coalesce(r.score_day::timestamp at time zone ${rules.zone}, r.score_date) as occurred_at,
    coalesce(r.score_day, (r.score_date at time zone ${rules.zone})::date) as date,
    coalesce(r.subject, course.subject) as subject, r.app, course_of.id as course_id, r.activity_key as activity_id,
    course.title as course_name, coalesce(resource.title, cr.title, li.title) as activity_name, r.attempt, null as run_id,
    round(r.xp, 2) as xp_earned, r.total_questions, r.correct_questions, r.mastered_units,
    null::numeric as active_seconds, null::numeric as inactive_seconds, null::numeric as waste_seconds,
    null::numeric as unknown_seconds, null::numeric as anti_pattern_seconds,
    'result' as xp_source, null as link_rule, null as correction_id, array[${resultKey(sql`r.sourced_id`)}] as sources
  from timeback.assessment_results r
  ${courseJoins}
  left join timeback.resources resource on resource.sourced_id = r.activity_key
  cross join lateral (select ${courseOfResult} as id) course_of
  left join timeback.courses course on course.sourced_id = course_of.id
  where r.linkable and coalesce(r.xp, 0) <> 0 ${results} ${notOfTestUser(rules, sql`r.student_id`)}
    and not exists (select from link l where l.sourced_id = r.sourced_id)`;

/** Whether it is better to look for each row that bears on the scope. */
const isFew = (scope: DeriveScope): boolean => (isTouched(scope) ? !scope.many : isNamed(scope));

/** The least email of each student that has one in its events: of few touched or of named students, or of all. */
const leastEmails = (scope: DeriveScope): RawBuilder<unknown> => {
  const least = sql`select min(a.email collate "C") from timeback.caliper_actors a`;
  return isFew(scope)
    ? sql`materialized (
    select s.student_id, (${least} where a.student_id = s.student_id) as email
    from (select distinct student_id from fact) s)`
    : sql`(select student_id, min(email collate "C") as email from timeback.caliper_actors group by student_id)`;
};

/** Said of users too where students are named: the planner would read all users for a few facts. */
const usersOf = (scope: DeriveScope): Scope => (isNamed(scope) ? inPart(scope, sql`u.sourced_id`) : everything);

/** The email of a student's facts, over the joins of `emailJoins`. */
export const emailOfFacts: RawBuilder<unknown> = sql`coalesce(u.email, least.email)`;

/** The joins that `emailOfFacts` looks through, of the student of the facts under this alias; over `least_email`. */
export const emailJoins = (facts: string, scope: DeriveScope): RawBuilder<unknown> => sql`
    left join timeback.users u on u.sourced_id = ${sql.ref(`${facts}.student_id`)} ${usersOf(scope)}
    left join least_email least on least.student_id = ${sql.ref(`${facts}.student_id`)}`;

/**
 * The common table expressions that end with `fact`, the facts that what is landed calls for, without what all facts of a student
 * have in common; and with `least_email`, for that.
 */
export function ownFacts(rules: FactRules, scope: DeriveScope): RawBuilder<unknown> {
  const { events, results } = scopes(scope);
  const links = linkShape(scope);
  return sql`
  event as (
    select a.student_id, e.event_id, e.event_type, e.occurred_at, e.attempt, e.xp, e.total_questions, e.correct_questions,
      e.mastered_units, e.active_seconds, e.inactive_seconds, e.waste_seconds, e.unknown_seconds, e.anti_pattern_seconds,
      e.activity_key, e.subject, e.app, e.course_id, e.course_name, e.activity_name, e.caliper_run_id
    from ${eventsOf(scope)}
    join timeback.caliper_actors a on a.actor_key = e.actor_key
    where e.has_metrics ${events} ${notOfTestUser(rules, sql`a.student_id`)}),
  ${links.expressions}
  fact as (${eventFacts(rules, links)} ${results ? sql`union all ${resultFacts(rules, results)}` : sql``}),
  least_email as ${leastEmails(scope)}`;
}

/** The facts that what is landed calls for: the common table expressions that end with `derived`. */
export const derivedFacts = (rules: FactRules, scope: DeriveScope): RawBuilder<unknown> => sql`
  ${ownFacts(rules, scope)},
  derived as (
    select f.student_id, f.fact_key, f.event_type, ${emailOfFacts} as email, f.occurred_at, f.date, ${rules.zone}::text as time_zone, f.subject,
      f.app, f.course_id, f.activity_id, f.course_name, f.activity_name, f.attempt, f.run_id, f.xp_earned,
      f.total_questions, f.correct_questions, f.mastered_units, f.active_seconds, f.inactive_seconds, f.waste_seconds,
      f.unknown_seconds, f.anti_pattern_seconds, f.xp_source, f.link_rule, f.correction_id, f.sources
    from fact f ${emailJoins("f", scope)})`;

/** These columns as a list, each behind the prefix (`f.`). */
export const columnsOf = (prefix: string, columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(columns.map((column) => sql.ref(`${prefix}${column}`)));
