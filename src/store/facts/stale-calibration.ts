import { sql } from "kysely";
import type { Db } from "../engine/session.js";
import { affectedEvents, affectedKeys, affectedResults, eventsAt, landedPlaces } from "./affected.js";

/** The students of affected rows. */
const studentsAffected = sql`
  select a.student_id from ${affectedEvents} t join timeback.caliper_events e on e.event_id = t.event_id
    join timeback.caliper_actors a on a.actor_key = e.actor_key
  union select a.student_id from ${landedPlaces} p cross join lateral ${eventsAt(sql`p.run_id`, sql`p.first`, sql`p.last`)}
    join timeback.caliper_actors a on a.actor_key = e.actor_key
  union select r.student_id from ${affectedResults} t join timeback.assessment_results r on r.sourced_id = t.sourced_id
  union select student_id from ${affectedKeys}`;

/** From this many marks on, the next one is for all students. */
const MOST_MARKS = 5_000;

/** Marks the saved counts of affected students, or of all, as out of date (docs/audit.md, "Kept counts"); for all with one mark. */
export async function noteCountsStale(db: Db, scope: "all" | "affected"): Promise<void> {
  if (scope === "all") {
    await sql`insert into timeback.calibration_marks (student_id) values (null)`.execute(db);
    return;
  }
  await sql`
    with state as materialized (
      select totals is null or exists (select from timeback.calibration_marks where student_id is null)
        or (select count(*) from (select from timeback.calibration_marks limit ${sql.lit(MOST_MARKS)}) m) = ${sql.lit(MOST_MARKS)} as everybody
      from timeback.calibration_state)
    insert into timeback.calibration_marks (student_id)
    select null from state where everybody
    union all
    select student_id from (${studentsAffected}) t where not (select everybody from state)`.execute(db);
}
