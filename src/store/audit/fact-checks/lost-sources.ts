import { sql } from "kysely";
import type { Db } from "../../engine/session.js";
import { madeTable } from "../../engine/temp-table.js";
import { eventIdIn, resultIdIn } from "../../facts/source-keys.js";
import { isActive, isTestUser } from "../../facts/students.js";
import { factGroups, factNodes, groupMembers } from "./fact-groups.js";

/** Why no fact of this student is expected from a source. In the first three states the source is gone, in the others it is landed. */
export type SourceState =
  | "never landed"
  | "gone from the source"
  | "deleted"
  | "of another student"
  | "of a test user"
  | "without metrics"
  | "of a child line item"
  | "without XP";

/** The sources of groups without an expected fact, with their state, and whether they are gone. */
export const lostSources = madeTable("lost_sources", ["student_id", "fact_group", "source", "state", "gone"]);

async function listLostSources(db: Db): Promise<void> {
  await lostSources
    .createFrom(sql`
    with lost as (
      select student_id, fact_group from ${groupMembers} group by 1, 2 having bool_and(stored)),
    named as (
      select distinct n.student_id, a.fact_group, n.node as source
      from lost a
      join ${factGroups} f on f.student_id = a.student_id and f.fact_group = a.fact_group
      join ${factNodes} n on n.student_id = f.student_id and n.fact_key = f.fact_key)
    select n.*, s.state, s.state in ('never landed', 'gone from the source', 'deleted') as gone
    from named n
    left join timeback.caliper_events e on e.event_id = ${eventIdIn(sql`n.source`)}
    left join timeback.caliper_actors a on a.actor_key = e.actor_key
    left join timeback.assessment_results r on r.sourced_id = ${resultIdIn(sql`n.source`)}
    cross join lateral (select case
      when e.event_id is null and r.sourced_id is null then 'never landed'
      when r.vanished then 'gone from the source'
      when not ${isActive(sql`r.status`)} then 'deleted'
      when coalesce(a.student_id, r.student_id) <> n.student_id then 'of another student'
      when ${isTestUser(sql`n.student_id`)} then 'of a test user'
      when not e.has_metrics then 'without metrics'
      when r.of_child_line_item then 'of a child line item'
      else 'without XP' end as state) s`)
    .execute(db);
  await lostSources.index(db, ["student_id", "fact_group"]);
  await lostSources.analyze(db);
}

/** Facts with XP of other students, also outside the scope, that name a landed source of a group without an expected fact. */
export const elsewhereFacts = madeTable("elsewhere_facts", [
  "student_id",
  "fact_group",
  "other_student",
  "fact_key",
  "xp",
]);

async function listElsewhere(db: Db): Promise<void> {
  await elsewhereFacts
    .createFrom(sql`
    select distinct s.student_id, s.fact_group, f.student_id as other_student, f.fact_key, f.xp_earned as xp
    from timeback.processed_facts f cross join unnest(f.sources) x(source)
    join ${lostSources} s on s.source = x.source and s.student_id <> f.student_id and not s.gone
    where coalesce(f.xp_earned, 0) <> 0 and exists (select from ${lostSources} where not gone)`)
    .execute(db);
  await elsewhereFacts.index(db, ["student_id", "fact_group"]);
  await elsewhereFacts.analyze(db);
}

/** Fills `lostSources` and `elsewhereFacts`: the state of the sources from which no fact is expected. */
export async function findLostSources(db: Db): Promise<void> {
  await listLostSources(db);
  await listElsewhere(db);
}
