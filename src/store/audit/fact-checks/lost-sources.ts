import { sql } from "kysely";
import type { Db } from "../../engine/session.js";
import { eventIdIn, resultIdIn } from "../../facts/source-keys.js";

/**
 * Why a source calls for no fact of the student under whom one stands. The first three are `gone`: there is nothing
 * behind the fact any more; the others are landed.
 */
export type AstrayState =
  | "never landed"
  | "gone from the source"
  | "deleted"
  | "of another student"
  | "of a test user"
  | "without metrics"
  | "of a child line item"
  | "without XP";

/**
 * Fills `pg_temp.astray_sources` (`student_id`, `family`, `source`, `state`, `gone`): the sources of the families that no
 * called-for fact belongs to.
 */
async function listAstraySources(db: Db): Promise<void> {
  await sql`
    create temp table astray_sources as
    with astray as (
      select student_id, family from pg_temp.family_members group by 1, 2 having bool_and(stands)),
    named as (
      select distinct n.student_id, a.family, n.node as source
      from astray a
      join pg_temp.fact_families f on f.student_id = a.student_id and f.family = a.family
      join pg_temp.fact_nodes n on n.student_id = f.student_id and n.fact_key = f.fact_key)
    select n.*, s.state, s.state in ('never landed', 'gone from the source', 'deleted') as gone
    from named n
    left join timeback.caliper_events e on e.event_id = ${eventIdIn(sql`n.source`)}
    left join timeback.caliper_actors a on a.actor_key = e.actor_key
    left join timeback.assessment_results r on r.sourced_id = ${resultIdIn(sql`n.source`)}
    cross join lateral (select case
      when e.event_id is null and r.sourced_id is null then 'never landed'
      when r.vanished then 'gone from the source'
      when lower(coalesce(r.status, 'active')) <> 'active' then 'deleted'
      when coalesce(a.student_id, r.student_id) <> n.student_id then 'of another student'
      when exists (select from timeback.users u where u.sourced_id = n.student_id and u.is_test_user) then 'of a test user'
      when not e.has_metrics then 'without metrics'
      when r.of_child_line_item then 'of a child line item'
      else 'without XP' end as state) s`.execute(db);
  await sql`create index on pg_temp.astray_sources (student_id, family)`.execute(db);
  await sql`analyze pg_temp.astray_sources`.execute(db);
}

/**
 * Fills `pg_temp.elsewhere_facts` (`student_id`, `family`, `other_student`, `fact_key`, `xp`): facts with XP of other
 * students, in scope or not, that name a landed source of a family which no called-for fact belongs to.
 */
async function listElsewhere(db: Db): Promise<void> {
  await sql`
    create temp table elsewhere_facts as
    select distinct s.student_id, s.family, f.student_id as other_student, f.fact_key, f.xp_earned as xp
    from timeback.processed_facts f cross join unnest(f.sources) x(source)
    join pg_temp.astray_sources s on s.source = x.source and s.student_id <> f.student_id and not s.gone
    where coalesce(f.xp_earned, 0) <> 0 and exists (select from pg_temp.astray_sources where not gone)`.execute(db);
  await sql`create index on pg_temp.elsewhere_facts (student_id, family)`.execute(db);
  await sql`analyze pg_temp.elsewhere_facts`.execute(db);
}

/** Says what became of the sources behind facts that nothing calls for. Needs the families (`gatherFamilies`). */
export async function gatherAstray(db: Db): Promise<void> {
  await listAstraySources(db);
  await listElsewhere(db);
}
