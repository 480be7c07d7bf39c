import { sql } from "kysely";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import type { Db } from "../../engine/session.js";
import { isoInstant, secondsApart } from "../../engine/sql-time.js";
import { areFew, inPart, rowsAbout, type Students } from "../../facts/student-selection.js";
import { calledFor } from "../fact-checks/expected-facts.js";
import { type Suspect, suspect } from "../record-checks/suspicion-columns.js";

/**
 * Makes `pg_temp.twins` (`event_id`, `leader`) of the events in `pg_temp.completed`: every event that has twins, with the
 * one that is judged for its group, the earliest, then the lowest id. Twins have the same student, activity, XP (not 0)
 * and questions, each at most 60 s after the one before it. Any other event leads itself, and is not listed.
 */
export async function gatherTwins(
  db: Db,
  { twinSeconds }: Pick<AuditRules, "twinSeconds">,
  students: Students,
): Promise<void> {
  const alike = sql`partition by student_id, activity_key, xp, total_questions, correct_questions`;
  await sql`
    create temp table twins as
    with repeated as materialized (
      select student_id, activity_key from pg_temp.completed where xp <> 0 and activity_key is not null
      group by 1, 2 having count(*) > 1),
    spaced as (
      select c.*, occurred_at - lag(occurred_at) over (${alike} order by occurred_at, event_id)
        <= ${secondsApart(twinSeconds)} as follows
      from pg_temp.completed c join repeated r using (student_id, activity_key) where c.xp <> 0),
    chained as (
      select *, count(*) filter (where follows is not true) over (${alike} order by occurred_at, event_id) as chain
      from spaced),
    grouped as (
      select event_id, first_value(event_id) over (${alike}, chain order by occurred_at, event_id) as leader,
        count(*) over (${alike}, chain) as twins
      from chained)
    select event_id, leader from grouped where twins > 1`.execute(db);
  if (!areFew(students)) await sql`analyze pg_temp.twins`.execute(db);
}

/** Twins, the one that is judged first. Numbers are exact decimal text. */
export interface TwinGroup extends Suspect {
  activity: string;
  xp: string;
  totalQuestions: string | null;
  correctQuestions: string | null;
  events: { eventId: string; at: string }[];
}

/** Every group of twins of these students, by student, then instant and id. Needs `gatherTwins` and the ground. */
export const listTwinGroups = (db: Db, students: Students): AsyncGenerator<TwinGroup[]> =>
  rowsAbout(
    db,
    students,
    sql<TwinGroup>`
    with twin_group as (
      select t.leader, sum(d.xp_earned) as counted,
        jsonb_agg(jsonb_build_object('eventId', e.event_id, 'at', ${isoInstant(sql.ref("e.occurred_at"))})
          order by e.occurred_at, e.event_id) as events
      from pg_temp.twins t join timeback.caliper_events e on e.event_id = t.event_id
      join timeback.caliper_actors a on a.actor_key = e.actor_key
      left join lateral ${calledFor(sql`a.student_id`, sql`'caliper:event:' || e.event_id`)} d on true
      group by t.leader)
    select ${suspect({ student: sql.ref("a.student_id"), day: sql.ref("d.date"), app: sql.ref("d.app"), counted: sql.ref("g.counted") })},
      e.activity_key as activity, e.xp::text as xp, e.total_questions::text as "totalQuestions",
      e.correct_questions::text as "correctQuestions", g.events
    from twin_group g join timeback.caliper_events e on e.event_id = g.leader
    join timeback.caliper_actors a on a.actor_key = e.actor_key
    cross join lateral ${calledFor(sql`a.student_id`, sql`'caliper:event:' || e.event_id`)} d
    where true ${inPart(students, sql`a.student_id`)}
    order by a.student_id, e.occurred_at, e.event_id`,
  );
