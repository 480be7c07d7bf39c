import { sql } from "kysely";
import type { AuditRules } from "../domain/audit-rules.js";
import { notOfTestUser } from "./derived-facts.js";
import { isoInstant } from "./iso-instant.js";
import type { FactRules } from "./linking.js";
import { pagesOf } from "./pages.js";
import { among } from "./recompute-scope.js";
import type { Session } from "./session.js";
import { type Suspect, suspect } from "./suspect.js";

/**
 * Makes `pg_temp.twins` (`event_id`, `leader`), once a transaction: every ActivityEvent with metrics of these students
 * (null: everybody; test users as the settings say) with the event that is judged for its group, the earliest, then the
 * lowest id. Twins have the same student, activity, XP and questions, each at most 60 s after the one before it. An
 * event without twins leads itself; so does one without XP, or whose activity is not known.
 */
export async function gatherTwins(
  db: Session["db"],
  rules: FactRules & Pick<AuditRules, "twinSeconds">,
  students: readonly string[] | null,
): Promise<void> {
  const alike = sql`partition by student_id, activity_key, xp, total_questions, correct_questions, alone`;
  await sql`
    create temp table if not exists twins as
    with event as (
      select e.event_id, e.occurred_at, a.student_id, e.activity_key, e.xp, e.total_questions, e.correct_questions,
        case when coalesce(e.xp, 0) = 0 or e.activity_key is null then e.event_id end as alone
      from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
      where e.linkable and ${among(sql`a.student_id`, { students })} ${notOfTestUser(rules, sql`a.student_id`)}),
    spaced as (
      select *, occurred_at - lag(occurred_at) over (${alike} order by occurred_at, event_id)
        <= make_interval(secs => ${sql.lit(rules.twinSeconds)}) as follows
      from event),
    chained as (
      select *, count(*) filter (where follows is not true) over (${alike} order by occurred_at, event_id) as chain
      from spaced)
    select event_id, first_value(event_id) over (${alike}, chain order by occurred_at, event_id) as leader
    from chained`.execute(db);
  await sql`create index if not exists twins_by_event on pg_temp.twins (event_id)`.execute(db);
  await sql`create index if not exists twins_by_leader on pg_temp.twins (leader)`.execute(db);
  await sql`analyze pg_temp.twins`.execute(db);
}

/** Twins, the one that is judged first. Numbers are exact decimal text. */
export interface TwinGroup extends Suspect {
  activity: string;
  xp: string;
  totalQuestions: string | null;
  correctQuestions: string | null;
  events: { eventId: string; at: string }[];
}

/** Every group of at least two twins, by student, then instant and id. Needs `gatherTwins` and the ground. */
export const listTwinGroups = (db: Session["db"]): AsyncGenerator<TwinGroup[]> =>
  pagesOf(
    db,
    sql<TwinGroup>`
    with twin_group as (
      select t.leader, sum(d.xp_earned) as counted,
        jsonb_agg(jsonb_build_object('eventId', e.event_id, 'at', ${isoInstant(sql.ref("e.occurred_at"))})
          order by e.occurred_at, e.event_id) as events
      from pg_temp.twins t join timeback.caliper_events e on e.event_id = t.event_id
      join timeback.caliper_actors a on a.actor_key = e.actor_key
      left join pg_temp.derived_facts d on d.student_id = a.student_id and d.fact_key = 'caliper:event:' || e.event_id
      where t.leader in (select leader from pg_temp.twins where leader <> event_id)
      group by t.leader)
    select ${suspect({ student: sql.ref("d.student_id"), day: sql.ref("d.date"), app: sql.ref("d.app"), counted: sql.ref("g.counted") })},
      e.activity_key as activity, e.xp::text as xp, e.total_questions::text as "totalQuestions",
      e.correct_questions::text as "correctQuestions", g.events
    from twin_group g join timeback.caliper_events e on e.event_id = g.leader
    join timeback.caliper_actors a on a.actor_key = e.actor_key
    join pg_temp.derived_facts d on d.student_id = a.student_id and d.fact_key = 'caliper:event:' || e.event_id
    order by d.student_id, e.occurred_at, e.event_id`,
  );
