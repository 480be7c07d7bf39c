import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { courseJoins, courseOfResult } from "./activities.js";
import { affectedEvents, affectedResults, eventsAt, type LandedPlaces } from "./affected.js";
import { allColumns, type LinkColumns, ownColumns } from "./fact-columns.js";
import { bestFirst, everything, type Scope } from "./link-rules.js";
import { bestLinks, gatheredLinks } from "./links.js";
import { eventKey, resultKey } from "./source-keys.js";
import { inPart, type Students } from "./student-selection.js";
import { leastActorEmail, notOfTestUser } from "./students.js";

/** What is affected (affected.ts), and whether it is much. */
export interface AffectedScope {
  many: boolean;
}

/** What to derive facts for: affected rows, just-landed events without links, or all landed rows of some students. */
export type DeriveScope = AffectedScope | LandedPlaces | Students;

const isAffected = (scope: DeriveScope): scope is AffectedScope => typeof scope === "object" && "many" in scope;
const isLanded = (scope: DeriveScope): scope is LandedPlaces => typeof scope === "object" && "runId" in scope;
const isNamed = (scope: DeriveScope): scope is readonly string[] => Array.isArray(scope);

const place = (ordinal: number) => sql`${sql.lit(ordinal)}::bigint`;

/** Events `e` to choose from. */
const eventsOf = (scope: DeriveScope): RawBuilder<unknown> =>
  isLanded(scope)
    ? eventsAt(sql`${scope.runId}`, place(scope.first), place(scope.last))
    : sql`timeback.caliper_events e`;

/** The conditions on landed rows in scope; `results` is null for none. */
function scopes(scope: DeriveScope): { events: Scope; results: Scope | null } {
  if (isLanded(scope)) return { events: everything, results: null };
  if (!isAffected(scope))
    return { events: inPart(scope, sql`a.student_id`), results: inPart(scope, sql`r.student_id`) };
  return {
    events: sql`and e.event_id in (select event_id from ${affectedEvents})`,
    results: sql`and r.sourced_id in (select sourced_id from ${affectedResults})`,
  };
}

/** By event: the best rule and the sources of its links. */
const linkedTo = (of: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    select event_id, min(rule) as rule,
      array_agg(${resultKey(sql`sourced_id`)} order by sourced_id collate "C") as sources
    from link ${of} group by event_id`;

/** Most events have at most one linked result: only the others are sorted. */
const linkedByCount = sql`
  several as (select event_id from link group by event_id having count(*) > 1),
  linked as (${linkedTo(sql`where event_id in (select event_id from several)`)}),
  single as (
    select event_id, rule, ${resultKey(sql`sourced_id`)} as source from link
    where event_id not in (select event_id from several))`;

/** XP that an event without XP takes over from results that no paying event could claim. */
const banked = sql`
  banked as (
    select event_id, sum(result_xp) as xp from (
      select distinct on (event_id, result_attempt) event_id, result_attempt, result_xp, known
      from (select l.*, count(result_attempt) over (partition by event_id) as known
        from link l where coalesce(result_xp, 0) <> 0 and not claimed) l
      order by event_id, result_attempt, ${bestFirst}, sourced_id collate "C") one
    where result_attempt is not null or known = 0
    group by event_id)`;

/** How links are joined to events: grouped by event if few, with single links separate if many. */
interface LinkShape extends LinkColumns {
  /** Common table expressions, each followed by a comma. */
  expressions: RawBuilder<unknown>;
  /** Joins to an event `e`, with the XP it takes over as `b.xp`. */
  join: RawBuilder<unknown>;
}

const joinBanked = sql`left join banked b on b.event_id = e.event_id and coalesce(e.xp, 0) = 0`;

const linksByEvent = (link: RawBuilder<unknown>): LinkShape => ({
  expressions: sql`${link}, linked as (${linkedTo(sql``)}), ${banked},`,
  join: sql`left join linked l on l.event_id = e.event_id ${joinBanked}`,
  rule: sql`l.rule`,
  sources: sql`array[${eventKey(sql`e.event_id`)}] || coalesce(l.sources, '{}')`,
});

const singleLinksApart = (link: RawBuilder<unknown>): LinkShape => ({
  expressions: sql`${link}, ${linkedByCount}, ${banked},`,
  join: sql`left join single on single.event_id = e.event_id left join linked l on l.event_id = e.event_id ${joinBanked}`,
  rule: sql`coalesce(single.rule, l.rule)`,
  sources: sql`case when single.event_id is not null then array[${eventKey(sql`e.event_id`)}, single.source]
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

/** The links of affected results come from `linkPairs`, those of students from `resultLinks`. */
function linkShape(scope: DeriveScope): LinkShape {
  if (isLanded(scope)) return unlinked;
  if (isAffected(scope)) return scope.many ? singleLinksApart(bestLinks) : linksByEvent(bestLinks);
  return isNamed(scope) ? linksByEvent(gatheredLinks(scope)) : singleLinksApart(gatheredLinks("all"));
}

const eventFacts = (rules: FactRules, links: LinkShape): RawBuilder<unknown> => sql`
  select ${ownColumns("event", rules, links)}
  from event e
  ${links.join}
  left join timeback.corrections c on c.student_id = e.student_id and c.event_id = e.event_id and c.retired_at is null`;

/** Results with XP that no event explains. */
const resultFacts = (rules: FactRules, results: Scope, links: LinkShape): RawBuilder<unknown> => sql`
  select ${ownColumns("result", rules, links)}
  from timeback.assessment_results r
  ${courseJoins}
  left join timeback.resources resource on resource.sourced_id = r.activity_key
  cross join lateral (select ${courseOfResult} as id) course_of
  left join timeback.courses course on course.sourced_id = course_of.id
  where r.linkable and coalesce(r.xp, 0) <> 0 ${results} ${notOfTestUser(rules, sql`r.student_id`)}
    and not exists (select from link l where l.sourced_id = r.sourced_id)`;

/** Whether looking up each row of the scope is cheaper than reading tables as a whole. */
const isFew = (scope: DeriveScope): boolean => (isAffected(scope) ? !scope.many : isNamed(scope));

/** The least email among each student's actors: of the students of these facts if few, else of all. */
const leastEmails = (scope: DeriveScope): RawBuilder<unknown> => {
  return isFew(scope)
    ? sql`materialized (
    select s.student_id, ${leastActorEmail(sql`s.student_id`)} as email
    from (select distinct student_id from fact) s)`
    : sql`(select student_id, min(email collate "C") as email from timeback.caliper_actors group by student_id)`;
};

/** Restricts users too if students are named; otherwise the planner would read all users for a few facts. */
const usersOf = (scope: DeriveScope): Scope => (isNamed(scope) ? inPart(scope, sql`u.sourced_id`) : everything);

/** The joins that `emailOfFacts` needs, for the student of the facts under this alias; over `least_email`. */
export const emailJoins = (facts: string, scope: DeriveScope): RawBuilder<unknown> => sql`
    left join timeback.users u on u.sourced_id = ${sql.ref(`${facts}.student_id`)} ${usersOf(scope)}
    left join least_email least on least.student_id = ${sql.ref(`${facts}.student_id`)}`;

/**
 * Common table expressions ending with `fact`, the facts expected from the landed records without shared columns, and with
 * `least_email`, for those.
 */
export function ownFacts(rules: FactRules, scope: DeriveScope): RawBuilder<unknown> {
  const { events, results } = scopes(scope);
  const links = linkShape(scope);
  return sql`
  event as (
    select a.student_id, e.*
    from ${eventsOf(scope)}
    join timeback.caliper_actors a on a.actor_key = e.actor_key
    where e.has_metrics ${events} ${notOfTestUser(rules, sql`a.student_id`)}),
  ${links.expressions}
  fact as (${eventFacts(rules, links)} ${results ? sql`union all ${resultFacts(rules, results, links)}` : sql``}),
  least_email as ${leastEmails(scope)}`;
}

/** Common table expressions ending with `derived`: the facts expected from the landed records. */
export const derivedFacts = (rules: FactRules, scope: DeriveScope): RawBuilder<unknown> => sql`
  ${ownFacts(rules, scope)},
  derived as (
    select ${allColumns("f", rules)}
    from fact f ${emailJoins("f", scope)})`;
