import { sql } from "kysely";
import type { Session } from "./session.js";

type Db = Session["db"];

/** The students of what is touched. */
const touchedStudents = sql`
  select a.student_id from pg_temp.touched_events t join timeback.caliper_events e on e.event_id = t.event_id
    join timeback.caliper_actors a on a.actor_key = e.actor_key
  union select r.student_id from pg_temp.touched_results t join timeback.assessment_results r on r.sourced_id = t.sourced_id
  union select student_id from pg_temp.touched_keys`;

/**
 * Notes that the kept counts of what is touched, or of all, are out of date. While no audit has counted anything since
 * they all were, one number says so, and a load that goes on raises nothing but that.
 */
export async function noteCountsStale(db: Db, scope: "all" | "touched"): Promise<void> {
  if (scope === "all") {
    await sql`update timeback.calibration_state set epoch = epoch + 1`.execute(db);
    return;
  }
  await sql`
    with everybody as (
      update timeback.calibration_state set epoch = epoch + 1 where counted_epoch is distinct from epoch returning 1)
    insert into timeback.calibration_students as s (student_id, version)
    select student_id, 1 from (${touchedStudents}) t where not exists (select from everybody) order by student_id
    on conflict (student_id) do update set version = s.version + 1`.execute(db);
}
