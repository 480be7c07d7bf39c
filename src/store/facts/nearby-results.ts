import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { Db } from "../engine/session.js";
import { bucketOf, MILLISECOND, millisecondOf, secondsApart } from "../engine/sql-time.js";
import { madeTable } from "../engine/temp-table.js";
import { affectedEvents, affectedResults } from "./affected.js";
import { linkPairs } from "./link-pairs.js";
import { DAY_RULE_SECONDS, linkableEvents, type Scope, scoreDate } from "./link-rules.js";

/**
 * A superset of the results that may link to these events, by id. Found by indexes alone, with one search for all events of a
 * student; `candidates` then decides.
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

const isUnaffected = sql`not exists (select from ${affectedResults} t where t.sourced_id = r.sourced_id)`;

/** Unaffected results in the period of the affected events. */
const otherResults = madeTable("other_results", ["sourced_id", "student_id", "score_date", "ended_at"]);

/**
 * As `resultsNear`, for many events, all in `linkPairs`. Results are scanned once; the unaffected ones of the events' period, mostly
 * few, are kept in `otherResults`. Time is divided into buckets as long as the window: a result near an event of its student is in
 * its bucket or a neighbouring one. Null if there are no events.
 */
export async function resultsNearPairs(db: Db, { linkWindowSeconds }: FactRules): Promise<RawBuilder<unknown> | null> {
  const window = secondsApart(Math.max(linkWindowSeconds, DAY_RULE_SECONDS));
  const bucket = (instant: RawBuilder<unknown>) => bucketOf(instant, window);
  const { rows } = await sql<{ first: string | null; last: string | null }>`
    select (min(occurred_at) - ${window})::text as first, (max(occurred_at) + ${window})::text as last from ${linkPairs}`.execute(
    db,
  );
  const { first, last } = rows[0] ?? { first: null, last: null };
  if (first === null || last === null) return null;
  const inSpan = (instant: RawBuilder<unknown>) =>
    sql`${instant} between ${first}::timestamptz and ${last}::timestamptz`;
  await sql`drop table if exists ${otherResults}`.execute(db);
  await otherResults
    .createFrom(sql`
    select r.sourced_id, r.student_id, r.score_date, r.ended_at from timeback.assessment_results r
    where r.linkable and (${inSpan(scoreDate)} or ${inSpan(sql.ref("r.ended_at"))}) and ${isUnaffected}`)
    .execute(db);
  await otherResults.analyze(db);
  return sql`(
  select o.sourced_id from ${otherResults} o
  cross join lateral (values (o.score_date), (o.ended_at)) as near(instant) cross join (values (-${window}), (interval '0'), (${window})) as b(beside)
  join (select distinct student_id, ${bucket(sql.ref("occurred_at"))} as bucket from ${linkPairs}) p
    on p.student_id = o.student_id and p.bucket = ${bucket(sql.ref("near.instant"))} + beside
  where near.instant is not null
  union all
  select r.sourced_id from timeback.assessment_results r cross join unnest(r.event_refs) as named(event_id)
  where r.linkable and r.event_refs is not null and ${isUnaffected}
    and named.event_id in (select event_id from ${affectedEvents}))`;
}
