import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import type { Db } from "../../engine/session.js";
import { isoInstant } from "../../engine/sql-time.js";
import { eventKey } from "../../facts/source-keys.js";
import { areNamed, inPart, rowsAbout, type Students } from "../../facts/student-selection.js";
import { notOfTestUser } from "../../facts/students.js";
import { expectedFact } from "../fact-checks/expected-facts.js";
import { type Suspect, suspect } from "./suspicion-columns.js";

/** An event id that arrived with different contents. Payloads are verbatim JSON text. */
export interface ConflictRow extends Suspect {
  eventId: string;
  at: string;
  /** XP of the content kept, as exact decimal text. */
  xp: string | null;
  payload: string;
  others: { file: string; line: string; payload: string }[];
}

/** Restricts conflicts too if students are named: aggregating those of all others would be wasted. */
const ofStudents = (students: Students): RawBuilder<unknown> =>
  areNamed(students)
    ? sql`and exists (
        select from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
        where e.event_id = c.event_id ${inPart(students, sql`a.student_id`)})`
    : sql``;

/** Conflicts under events of these students, by student, then instant and id. */
export const listConflicts = (db: Db, rules: FactRules, students: Students): AsyncGenerator<ConflictRow[]> =>
  rowsAbout(
    db,
    students,
    sql<ConflictRow>`
    with other as (
      select event_id, json_agg(json_build_object('file', file, 'line', line::text, 'payload', payload)
        order by file collate "C", line, digest collate "C") as others
      from timeback.caliper_conflicts c where true ${ofStudents(students)} group by event_id)
    select ${suspect({
      student: sql.ref("a.student_id"),
      day: sql`(e.occurred_at at time zone ${rules.zone})::date`,
      app: sql.ref("e.app"),
      counted: sql.ref("d.xp_earned"),
    })}, e.event_id::text as "eventId", ${isoInstant(sql.ref("e.occurred_at"))} as at, e.xp::text as xp, p.payload, o.others
    from other o join timeback.caliper_events e on e.event_id = o.event_id
    join timeback.caliper_payloads p using (landed_run, landed_ordinal)
    join timeback.caliper_actors a on a.actor_key = e.actor_key
    left join lateral ${expectedFact(sql`a.student_id`, eventKey(sql`e.event_id`))} d on true
    where true ${inPart(students, sql`a.student_id`)} ${notOfTestUser(rules, sql`a.student_id`)}
    order by a.student_id, e.occurred_at, e.event_id`,
  );
