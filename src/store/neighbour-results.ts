import { type RawBuilder, sql } from "kysely";
import {
  DAY_RULE_SECONDS,
  type FactRules,
  linkableEvents,
  MILLISECOND,
  type Scope,
  scoreDate,
  secondsApart,
} from "./linking.js";

/** From one instant to another (texts of the database), both included. */
export interface Span {
  first: string;
  last: string;
}

/**
 * The ids of all results that might link to the events in scope, and of some that do not: found by indexes alone,
 * however many results are landed, and with one search for all of a student's events.
 */
export const resultsNear = ({ linkWindowSeconds }: FactRules, events: Scope): RawBuilder<unknown> => {
  const window = secondsApart(Math.max(linkWindowSeconds, DAY_RULE_SECONDS));
  const isWithinSpan = (instant: RawBuilder<unknown>, distance: RawBuilder<unknown>) =>
    sql`r.student_id = s.student_id and ${instant} >= s.first - ${distance} and ${instant} <= s.last + ${distance}`;
  const millisecond = (instant: RawBuilder<unknown>) => sql`date_trunc('milliseconds', ${instant})`;
  return sql`(
  with events as materialized (${linkableEvents(events)}),
    span as materialized (
      select student_id, min(occurred_at) as first, max(occurred_at) as last, array_agg(event_id) as event_ids
      from events group by student_id)
  select near.sourced_id from span s cross join lateral (
    select r.sourced_id, r.student_id, r.activity_key, r.score_date from timeback.assessment_results r
    where r.linkable and ${isWithinSpan(scoreDate, window)} offset 0) near
  where (near.student_id, near.activity_key) in (select student_id, activity_key from events)
    or (near.student_id, ${millisecond(sql`near.score_date`)}) in (select student_id, ${millisecond(sql`occurred_at`)} from events)
  union all select near.sourced_id from span s cross join lateral (
    select r.sourced_id from timeback.assessment_results r
    where r.linkable and r.ended_at is not null and ${isWithinSpan(sql.ref("r.ended_at"), MILLISECOND)}
    union all
    select r.sourced_id from timeback.assessment_results r
    where r.linkable and r.event_refs is not null and r.event_refs && s.event_ids
    offset 0) near)`;
};

/** Many events: from the first to the last of them, and queries of their students and instants, and of their ids. */
export interface ManyEvents {
  span: Span;
  moments: RawBuilder<unknown>;
  ids: RawBuilder<unknown>;
}

/**
 * As `resultsNear`, of many events and among some results: those are read twice, however many events there are. Time is cut
 * into buckets as long as the window; a result that is near an event of its student stands in its bucket, or beside it.
 */
export const resultsAround = (
  { linkWindowSeconds }: FactRules,
  { span: { first, last }, moments, ids }: ManyEvents,
  results: Scope,
): RawBuilder<unknown> => {
  const seconds = Math.max(linkWindowSeconds, DAY_RULE_SECONDS);
  const window = secondsApart(seconds);
  const bucket = (instant: RawBuilder<unknown>) => sql`floor(date_part('epoch', ${instant}) / ${sql.lit(seconds)})`;
  return sql`(
  with others as materialized (
    select r.sourced_id, r.student_id, told.instant from timeback.assessment_results r
    cross join lateral (values (r.score_date), (r.ended_at)) as told(instant)
    where r.linkable ${results}
      and told.instant between ${first}::timestamptz - ${window} and ${last}::timestamptz + ${window})
  select o.sourced_id from others o
  where (o.student_id, ${bucket(sql.ref("o.instant"))}) in (
    select m.student_id, ${bucket(sql.ref("m.occurred_at"))} + beside
    from (${moments}) m cross join (values (-1), (0), (1)) as b(beside))
  union all
  select r.sourced_id from timeback.assessment_results r cross join unnest(r.event_refs) as named(event_id)
  where r.linkable and r.event_refs is not null ${results} and named.event_id in (${ids}))`;
};
