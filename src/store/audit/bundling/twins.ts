import { sql } from "kysely";
import type { ExaminedStudent } from "../../../domain/rules/judging/suspects.js";
import { copyRow } from "../../copy/text-rows.js";
import type { Db, Session } from "../../engine/session.js";
import { isoInstant } from "../../engine/sql-time.js";
import { eventKey } from "../../facts/source-keys.js";
import { inPart, rowsAbout, type Students } from "../../facts/student-selection.js";
import { calledFor } from "../fact-checks/expected-facts.js";
import { type Suspect, suspect } from "../record-checks/suspicion-columns.js";

/** Opens `pg_temp.twins` (`event_id`, `leader`): every event that has twins, with the one that is judged for its group. */
export const openTwins = (db: Db): Promise<unknown> =>
  sql`create temp table twins (event_id uuid, leader uuid)`.execute(db);

/** The groups of twins among a student's events: their ids, that of the event that is judged first. */
export const twinsOf = ({ judged }: Pick<ExaminedStudent, "judged">): string[][] =>
  judged.flatMap(({ event, twins }) =>
    twins.length === 0 ? [] : [[event.eventId, ...twins.map(({ eventId }) => eventId)]],
  );

/** Adds groups of twins. */
export async function addTwins(session: Session, groups: readonly (readonly string[])[]): Promise<void> {
  const rows = groups.flatMap((group) => group.map((event) => copyRow([event, group[0] ?? event])));
  if (rows.length > 0) await session.copyIn("pg_temp.twins", ["event_id", "leader"], rows);
}

/** Twins, the one that is judged first. Numbers are exact decimal text. */
export interface TwinGroup extends Suspect {
  activity: string;
  xp: string;
  totalQuestions: string | null;
  correctQuestions: string | null;
  events: { eventId: string; at: string }[];
}

/** Every group of twins of these students, by student, then instant and id. Reads `pg_temp.twins`. */
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
      left join lateral ${calledFor(sql`a.student_id`, eventKey(sql`e.event_id`))} d on true
      group by t.leader)
    select ${suspect({ student: sql.ref("a.student_id"), day: sql.ref("d.date"), app: sql.ref("d.app"), counted: sql.ref("g.counted") })},
      e.activity_key as activity, e.xp::text as xp, e.total_questions::text as "totalQuestions",
      e.correct_questions::text as "correctQuestions", g.events
    from twin_group g join timeback.caliper_events e on e.event_id = g.leader
    join timeback.caliper_actors a on a.actor_key = e.actor_key
    cross join lateral ${calledFor(sql`a.student_id`, eventKey(sql`e.event_id`))} d
    where true ${inPart(students, sql`a.student_id`)}
    order by a.student_id, e.occurred_at, e.event_id`,
  );
