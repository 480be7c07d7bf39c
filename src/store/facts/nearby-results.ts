import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { Db } from "../engine/session.js";
import { bucketOf, MILLISECOND, millisecondOf, secondsApart } from "../engine/sql-time.js";
import { DAY_RULE_SECONDS, linkableEvents, type Scope, scoreDate } from "./link-rules.js";

/**
 * The ids of all results that might link to the events in scope, and of some that do not: found by indexes alone,
 * however many results are landed, and with one search for all of a student's events.
 */
export const resultsNear = ({ linkWindowSeconds }: FactRules, events: Scope): RawBuilder<unknown> => {
  const window = secondsApart(Math.max(linkWindowSeconds, DAY_RULE_SECONDS));
  const isWithinSpan = (instant: RawBuilder<unknown>, distance: RawBuilder<unknown>) =>
    sql`r.student_id = s.student_id and ${instant} >= s.first - ${distance} and ${instant} <= s.last + ${distance}`;
  return sql`(
  with events as materialized (${linkableEvents(events)}),
    span as materialized (
      select student_id, min(occurred_at) as first, max(occurred_at) as last, array_agg(event_id) as event_ids
      from events group by student_id)
  select near.sourced_id from span s cross join lateral (
    select r.sourced_id, r.student_id, r.activity_key, r.score_date from timeback.assessment_results r
    where r.linkable and ${isWithinSpan(scoreDate, window)} offset 0) near
  where (near.student_id, near.activity_key) in (select student_id, activity_key from events)
    or (near.student_id, ${millisecondOf(sql`near.score_date`)}) in (select student_id, ${millisecondOf(sql`occurred_at`)} from events)
  union all select near.sourced_id from span s cross join lateral (
    select r.sourced_id from timeback.assessment_results r
    where r.linkable and r.ended_at is not null and ${isWithinSpan(sql.ref("r.ended_at"), MILLISECOND)}
    union all
    select r.sourced_id from timeback.assessment_results r
    where r.linkable and r.event_refs is not null and r.event_refs && s.event_ids
    offset 0) near)`;
};

const isUntouched = sql`not exists (select from pg_temp.touched_results t where t.sourced_id = r.sourced_id)`;

/**
 * As `resultsNear`, of many events, which all stand in `pg_temp.link_pairs`: results that are not touched are read once,
 * and those of them in the same span of time, mostly few, are kept in `pg_temp.other_results`. Time is cut into buckets as
 * long as the window; a result that is near an event of its student stands in its bucket, or beside it. Null where there are none.
 */
export async function resultsNearPairs(db: Db, { linkWindowSeconds }: FactRules): Promise<RawBuilder<unknown> | null> {
  const window = secondsApart(Math.max(linkWindowSeconds, DAY_RULE_SECONDS));
  const bucket = (instant: RawBuilder<unknown>) => bucketOf(instant, window);
  const { rows } = await sql<{ first: string | null; last: string | null }>`
    select (min(occurred_at) - ${window})::text as first, (max(occurred_at) + ${window})::text as last from pg_temp.link_pairs`.execute(
    db,
  );
  const { first, last } = rows[0] ?? { first: null, last: null };
  if (first === null || last === null) return null;
  const inSpan = (instant: RawBuilder<unknown>) =>
    sql`${instant} between ${first}::timestamptz and ${last}::timestamptz`;
  await sql`drop table if exists pg_temp.other_results`.execute(db);
  await sql`
    create temp table other_results as
    select r.sourced_id, r.student_id, r.score_date, r.ended_at from timeback.assessment_results r
    where r.linkable and (${inSpan(scoreDate)} or ${inSpan(sql.ref("r.ended_at"))}) and ${isUntouched}`.execute(db);
  await sql`analyze pg_temp.other_results`.execute(db);
  return sql`(
  select o.sourced_id from pg_temp.other_results o
  cross join lateral (values (o.score_date), (o.ended_at)) as told(instant) cross join (values (-${window}), (interval '0'), (${window})) as b(beside)
  join (select distinct student_id, ${bucket(sql.ref("occurred_at"))} as bucket from pg_temp.link_pairs) p
    on p.student_id = o.student_id and p.bucket = ${bucket(sql.ref("told.instant"))} + beside
  where told.instant is not null
  union all
  select r.sourced_id from timeback.assessment_results r cross join unnest(r.event_refs) as named(event_id)
  where r.linkable and r.event_refs is not null and ${isUntouched}
    and named.event_id in (select event_id from pg_temp.touched_events))`;
}
