import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { bucketOf, MILLISECOND, millisecondOf, secondsApart } from "../engine/sql-time.js";

/** A condition on one alias, or none: `and e.event_id in (…)`. */
export type Scope = RawBuilder<unknown>;
export const everything: Scope = sql``;

/**
 * How to join results and events: from the few results, or the few events, in scope to those near in time, by index; or by reading
 * both sides as a whole.
 */
type Approach = "from results" | "from events" | "whole";

/** The narrow side is computed once for all rules; the other side is reached by its indexes. */
const narrowed = (isNarrow: boolean): RawBuilder<unknown> => (isNarrow ? sql`materialized` : sql`not materialized`);

const RESULT_COLUMNS = sql`r.sourced_id, r.student_id, r.score_date, r.score_day, r.ended_at, r.attempt, r.xp, r.line_item_id, r.event_refs,
    r.activity_key, r.multiplier, r.total_questions, r.correct_questions, r.xp_reason`;

/** Linkable results: active, not of a child line item, with the activity key of their line item. */
const linkableResults = (scope: Scope): RawBuilder<unknown> => sql`
  select ${RESULT_COLUMNS} from timeback.assessment_results r where r.linkable ${scope}`;

const EVENT_COLUMNS = sql`e.event_id, e.activity_key, e.object_slug, e.occurred_at, e.attempt, coalesce(e.xp, 0) <> 0 as pays`;

/** ActivityEvents that carry metrics, with their student. */
export const linkableEvents = (scope: Scope): RawBuilder<unknown> => sql`
  select a.student_id, ${EVENT_COLUMNS}
  from timeback.caliper_events e
  join timeback.caliper_actors a on a.actor_key = e.actor_key
  where e.linkable ${scope}`;

const DELIMITER = sql`'[ -/:-@\[-\`{-~]'`;

/**
 * Whether the line item's id contains the slug between ASCII characters that are neither letters nor digits. The first test is fast
 * (one expression for all slugs), but replaces from the left; the second decides if a slug overlaps itself.
 */
const containsSlug = (slug: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  length(${slug}) >= 4 and strpos(r.line_item_id, ${slug}) > 0
  and (replace(r.line_item_id, ${slug}, e'\x02') ~ ('(^|' || ${DELIMITER} || ')\x02($|' || ${DELIMITER} || ')') collate "C"
    or r.line_item_id ~ ('(^|' || ${DELIMITER} || ')' || regexp_replace(${slug}, '([!-/:-@\[-\`{-~])' collate "C", '\\\\\\1', 'g')
      || '($|' || ${DELIMITER} || ')') collate "C"))`;

const activitySlug = sql.ref("e.activity_key");
const objectSlug = sql.ref("e.object_slug");

const pair = (
  rule: string | RawBuilder<unknown>,
  form: RawBuilder<unknown>,
  length: RawBuilder<unknown>,
): RawBuilder<unknown> => sql`
  select r.sourced_id, r.student_id, e.event_id, ${typeof rule === "string" ? sql.lit(rule) : rule} as rule, ${form} as form, ${length} as slug_length,
    r.score_date, r.score_day, r.attempt as result_attempt, r.xp as result_xp,
    e.occurred_at, e.attempt as event_attempt, e.pays,
    r.ended_at, r.activity_key as result_activity, r.multiplier, r.total_questions, r.correct_questions, r.xp_reason`;

const none = sql.lit(0);

/** Whether the event is within `distance` of an instant of the result. Stated from both sides, so that an index of either can be used. */
const isWithin = (instant: RawBuilder<unknown>, distance: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  e.occurred_at >= ${instant} - ${distance} and e.occurred_at <= ${instant} + ${distance}
  and ${instant} >= e.occurred_at - ${distance} and ${instant} <= e.occurred_at + ${distance}`;

/**
 * Joins results `r` to events `e` of one student within `distance` of an instant of the result. On the narrowed side the bounds are
 * in a lateral subquery, so that the other side's index is used however few rows the planner expects: a student may have thousands.
 */
const nearInTime = (
  approach: Approach,
  instant: RawBuilder<unknown>,
  distance: RawBuilder<unknown>,
): RawBuilder<unknown> => {
  if (approach === "from results")
    return sql`results r join timeback.caliper_actors a on a.student_id = r.student_id
    cross join lateral (
      select ${EVENT_COLUMNS} from timeback.caliper_events e
      where e.linkable and e.actor_key = a.actor_key
        and e.occurred_at >= ${instant} - ${distance} and e.occurred_at <= ${instant} + ${distance} offset 0) e`;
  if (approach === "from events")
    return sql`events e cross join lateral (
      select ${RESULT_COLUMNS} from timeback.assessment_results r
      where r.linkable and r.student_id = e.student_id
        and ${instant} >= e.occurred_at - ${distance} and ${instant} <= e.occurred_at + ${distance} offset 0) r`;
  return sql`results r join events e on e.student_id = r.student_id and ${isWithin(instant, distance)}`;
};

export const scoreDate = sql.ref("r.score_date");

/** Rule L2, for a score date with a time. */
const isNearInActivity = ({ linkWindowSeconds }: FactRules): RawBuilder<unknown> => sql`
  r.score_day is null and e.activity_key = r.activity_key and ${isWithin(scoreDate, secondsApart(linkWindowSeconds))}`;

/** Equal instants, to the millisecond. */
const isInstant = (instant: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`${millisecondOf(sql`e.occurred_at`)} = ${millisecondOf(instant)}`;

/** Length of the event's longest slug in the line item's id; null if it contains none. */
const slugLength = sql`greatest(case when ${containsSlug(activitySlug)} then length(${activitySlug}) end,
  case when ${containsSlug(objectSlug)} then length(${objectSlug}) end)`;

/**
 * L3: the event object's slug in the line item's id, and equal instants to the millisecond. Omitted where L2, the better rule, pairs
 * the two: searching for slugs is slow.
 */
const byInstant = (
  approach: Approach,
  rules: FactRules,
  instant: RawBuilder<unknown>,
  guard: RawBuilder<unknown>,
): RawBuilder<unknown> => sql`
  ${pair("L3", none, sql`slug.length`)}
  from ${nearInTime(approach, instant, MILLISECOND)}
  cross join lateral (select ${slugLength} as length offset 0) slug
  where ${guard} and ${isInstant(instant)} and (${isNearInActivity(rules)}) is not true and slug.length is not null`;

/** A fast test that L2 does not pair a result with an event at its score date: their activities differ. */
const isOtherActivity = sql`r.score_day is null and e.activity_key is distinct from r.activity_key`;

/** L2 and, by score date, L3 in one join, for few results or events, of which an index finds the few rows near in time. */
const byScoreDate = (approach: Approach, rules: FactRules): RawBuilder<unknown> => sql`
  ${pair(sql`case when near.is_l2 then 'L2' else 'L3' end`, none, sql`slug.length`)}
  from ${nearInTime(approach, scoreDate, secondsApart(rules.linkWindowSeconds))}
  cross join lateral (select (${isNearInActivity(rules)}) is true as is_l2 offset 0) near
  cross join lateral (select case when near.is_l2 then 0 when ${isInstant(scoreDate)} then ${slugLength} end as length offset 0) slug
  where r.score_day is null and slug.length is not null`;

/** L2: one activity key, and `score_date` within the window. Buckets of twice the window keep an activity that repeats often from pairing all with all. */
const byActivity = (rules: FactRules): RawBuilder<unknown> => {
  const window = secondsApart(rules.linkWindowSeconds);
  const bucket = (instant: RawBuilder<unknown>) => bucketOf(instant, secondsApart(2 * rules.linkWindowSeconds));
  return sql`
  ${pair("L2", none, none)}
  from results r
  cross join lateral (values (${bucket(sql`r.score_date - ${window}`)}), (${bucket(sql`r.score_date + ${window}`)})) as near(bucket)
  join events e on e.student_id = r.student_id and e.activity_key = r.activity_key and ${bucket(sql`e.occurred_at`)} = near.bucket
  where ${isNearInActivity(rules)}`;
};

/** Longest distance between a local day and an instant in it. */
export const DAY_RULE_SECONDS = 48 * 60 * 60;

/** A score date without a time matches by local day; it ranks after every other rule. */
const byDay = (approach: Approach, { zone }: FactRules): RawBuilder<unknown> => sql`
  ${pair("L2", none, none)}
  from ${nearInTime(approach, scoreDate, secondsApart(DAY_RULE_SECONDS))}
  where r.score_day is not null and e.activity_key = r.activity_key
    and (e.occurred_at at time zone ${zone})::date = r.score_day`;

const approachTo = (eventScope: Scope, scopes: "narrow" | "whole"): Approach => {
  if (scopes === "whole") return "whole";
  return eventScope === everything ? "from results" : "from events";
};

/**
 * Every (result, event) pair that a link rule allows, for the results and events in scope: the only definition of rules L1 to L3
 * (docs/facts.md, "Links"). `form` ranks the three spellings of L1. `whole`: the scopes hold so much that reading both sides as a
 * whole is faster.
 */
export const candidates = (
  rules: FactRules,
  resultScope: Scope,
  eventScope: Scope,
  scopes: "narrow" | "whole" = "narrow",
): RawBuilder<unknown> => {
  const approach = approachTo(eventScope, scopes);
  return sql`(
  with results as ${narrowed(approach === "from results")} (${linkableResults(resultScope)}),
    events as ${narrowed(approach === "from events")} (${linkableEvents(eventScope)})
  ${pair("L1", sql`least(named.form, 3)::int`, none)}
  from results r
  cross join lateral unnest(r.event_refs) with ordinality as named(event_id, form)
  join events e on e.event_id = named.event_id and e.student_id = r.student_id
  where r.event_refs is not null
  union all ${approach === "whole" ? sql`${byActivity(rules)} union all ${byInstant(approach, rules, sql`r.score_date`, isOtherActivity)}` : byScoreDate(approach, rules)}
  union all ${byDay(approach, rules)}
  union all ${byInstant(approach, rules, sql`r.ended_at`, sql`r.ended_at is not null`)})`;
};

/** Orders the candidates of one result, best first (docs/facts.md, "Links"). */
export const bestFirst: RawBuilder<unknown> = sql`
  score_day is not null and rule = 'L2', rule, form, slug_length desc,
  score_day is null and abs(extract(epoch from occurred_at - score_date)) <= 60 desc,
  (event_attempt = result_attempt) is true desc,
  case when score_day is null then abs(extract(epoch from occurred_at - score_date)) else 0 end, event_id`;
