import { sql } from "kysely";
import type { ExaminedStudent } from "../../../domain/rules/judging/suspects.js";
import type { Db, Session } from "../../engine/session.js";
import { isoInstant } from "../../engine/sql-time.js";
import { tempTable } from "../../engine/temp-table.js";
import { eventKey } from "../../facts/source-keys.js";
import { inPart, rowsAbout, type Students } from "../../facts/student-selection.js";
import { expectedFact } from "../fact-checks/expected-facts.js";
import { type Suspect, suspect } from "../record-checks/suspicion-columns.js";

/** Every event in a group of twins, with the event that is judged for the group. */
export const twins = tempTable("twins", { event_id: "uuid", leader: "uuid" });

/** The groups of twins among a student's events, as ids, the judged one first. */
export const twinsOf = ({ judged }: Pick<ExaminedStudent, "judged">): string[][] =>
  judged.flatMap(({ event, twins: others }) =>
    others.length === 0 ? [] : [[event.eventId, ...others.map(({ eventId }) => eventId)]],
  );

/** Adds groups of twins to `twins`. */
export const addTwins = (session: Session, groups: readonly (readonly string[])[]): Promise<void> =>
  twins.add(
    session,
    groups.flatMap((group) => group.map((event) => ({ event_id: event, leader: group[0] ?? event }))),
  );

/** A group of twins, the judged one first. Numbers are exact decimal text. */
export interface TwinGroup extends Suspect {
  activity: string;
  xp: string;
  totalQuestions: string | null;
  correctQuestions: string | null;
  events: { eventId: string; at: string }[];
}

/** Every group of twins of these students, by student, then instant and id. */
export const listTwinGroups = (db: Db, students: Students): AsyncGenerator<TwinGroup[]> =>
  rowsAbout(
    db,
    students,
    sql<TwinGroup>`
    with twin_group as (
      select t.leader, sum(d.xp_earned) as counted,
        jsonb_agg(jsonb_build_object('eventId', e.event_id, 'at', ${isoInstant(sql.ref("e.occurred_at"))})
          order by e.occurred_at, e.event_id) as events
      from ${twins} t join timeback.caliper_events e on e.event_id = t.event_id
      join timeback.caliper_actors a on a.actor_key = e.actor_key
      left join lateral ${expectedFact(sql`a.student_id`, eventKey(sql`e.event_id`))} d on true
      group by t.leader)
    select ${suspect({ student: sql.ref("a.student_id"), day: sql.ref("d.date"), app: sql.ref("d.app"), counted: sql.ref("g.counted") })},
      e.activity_key as activity, e.xp::text as xp, e.total_questions::text as "totalQuestions",
      e.correct_questions::text as "correctQuestions", g.events
    from twin_group g join timeback.caliper_events e on e.event_id = g.leader
    join timeback.caliper_actors a on a.actor_key = e.actor_key
    cross join lateral ${expectedFact(sql`a.student_id`, eventKey(sql`e.event_id`))} d
    where true ${inPart(students, sql`a.student_id`)}
    order by a.student_id, e.occurred_at, e.event_id`,
  );
