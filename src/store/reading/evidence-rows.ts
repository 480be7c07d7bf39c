import { type RawBuilder, sql } from "kysely";
import type { RawEvent, RawFact, RawResource, RawResult, RawRows } from "../../domain/findings/evidence-rows.js";
import { eventKey, resultKey } from "../../domain/values/source-keys.js";
import type { Db } from "../engine/session.js";
import { isoDay, isoInstant } from "../engine/sql-time.js";

/** Which rows of one student to read. */
export interface RawNames {
  studentId: string;
  events: readonly string[];
  results: readonly string[];
}

const amount = (column: string): RawBuilder<unknown> => sql`trim_scale(${sql.ref(column)})::text`;

const reading = (version: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  ${version} as version, ${isoInstant(sql`v.date_last_modified`)} as modified, v.status, v.vanished, ${isoInstant(sql`v.score_date`)} as "scoreDate",
  ${isoInstant(sql`v.ended_at`)} as "endedAt", ${isoInstant(sql`v.completed_at`)} as "completedAt", ${amount("v.xp")} as xp,
  ${isoInstant(sql`v.xp_since`)} as "xpSince", ${amount("v.multiplier")} as multiplier, v.attempt, v.xp_reason as "xpReason"`;

/** The versions of a result `r`, the current one last. */
const readings = sql`
  select json_agg(row_to_json(one) order by one.version) from (
    select ${reading(sql`v.version`)} from timeback.assessment_result_versions v where v.sourced_id = r.sourced_id
    union all
    select ${reading(sql`1 + coalesce((select max(h.version) from timeback.assessment_result_versions h where h.sourced_id = v.sourced_id), 0)`)}
    from timeback.assessment_results v where v.sourced_id = r.sourced_id) one`;

async function rawResults(db: Db, ids: readonly string[]): Promise<RawResult[]> {
  const { rows } = await sql<RawResult>`
    select r.sourced_id as "sourcedId", r.student_id as "studentId", r.line_item_id as "lineItemId", r.activity_key as "activityId",
      r.linkable, r.score_day is not null as "ofDay", ${amount("r.total_questions")} as "totalQuestions",
      ${amount("r.correct_questions")} as "correctQuestions", r.metadata, (${readings}) as readings
    from timeback.assessment_results r where r.sourced_id = any(${[...ids]}::text[]) order by r.sourced_id`.execute(db);
  return rows;
}

async function rawEvents(db: Db, ids: readonly string[]): Promise<RawEvent[]> {
  const { rows } = await sql<RawEvent>`
    select e.event_id::text as "eventId", a.student_id as "studentId", landed_run::text as "landedRun", p.payload
    from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
    join timeback.caliper_payloads p using (landed_run, landed_ordinal)
    where e.event_id = any(${[...ids]}::uuid[]) order by e.event_id`.execute(db);
  return rows;
}

/** The resources of these activities. */
async function rawResources(db: Db, activities: readonly string[]): Promise<RawResource[]> {
  const { rows } = await sql<RawResource>`
    select sourced_id as "sourcedId", title, ${amount("xp")} as xp, activity_type as "activityType", resource_type as "resourceType",
      ${isoInstant(sql`xp_since`)} as "xpSince", coalesce((
        select json_agg(json_build_object('xp', ${amount("v.xp")}, 'since', ${isoInstant(sql`v.xp_since`)}) order by v.version)
        from timeback.resource_versions v where v.sourced_id = resources.sourced_id), '[]') as earlier
    from timeback.resources where sourced_id = any(${[...activities]}::text[]) order by sourced_id`.execute(db);
  return rows;
}

async function rawFacts(db: Db, { studentId, events, results }: RawNames): Promise<RawFact[]> {
  const sources = [...events.map(eventKey), ...results.map(resultKey)];
  const { rows } = await sql<RawFact>`
    select f.fact_key as "factKey", ${isoDay(sql`f.date`)} as date, f.app, ${amount("f.xp_earned")} as "xpEarned",
      f.xp_source as "xpSource", f.link_rule as "linkRule", f.sources
    from timeback.processed_facts f
    where f.student_id = ${studentId} and (f.fact_key = any(${sources}::text[]) or f.sources && ${sources}::text[])
    order by f.fact_key`.execute(db);
  return rows;
}

/** The landed rows with these ids, the resources of their activities and of `activities`, and the facts that count them. */
export async function rawRows(db: Db, names: RawNames, activities: readonly string[]): Promise<RawRows> {
  const results = await rawResults(db, names.results);
  return {
    events: await rawEvents(db, names.events),
    results,
    resources: await rawResources(db, [...activities, ...results.map(({ activityId }) => activityId)]),
    facts: await rawFacts(db, names),
  };
}
