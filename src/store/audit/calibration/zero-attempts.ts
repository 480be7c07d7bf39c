import { sql } from "kysely";
import type { Counter } from "../../../domain/rules/calibration-counts.js";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import type { Db } from "../../engine/session.js";
import { resultLinks } from "../../facts/links.js";
import { inPart, type Students } from "../../facts/student-selection.js";
import { notOfTestUser } from "../../facts/students.js";

/** Counts attempts numbered 0 in these students' events and in the results linked to them, by app. Reads `resultLinks`. */
export async function zeroAttempts(db: Db, rules: FactRules, students: Students): Promise<Counter[]> {
  const which = sql`${inPart(students, sql`a.student_id`)} ${notOfTestUser(rules, sql`a.student_id`)}`;
  const { rows } = await sql<{ app: string; kind: "zero-event" | "zero-result"; n: string }>`
    select coalesce(e.app, '') as app, 'zero-event' as kind, count(*) as n
    from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
    where e.linkable and e.attempt = 0 ${which} group by 1
    union all
    select coalesce(e.app, ''), 'zero-result', count(*)
    from ${resultLinks} l join timeback.caliper_events e on e.event_id = l.event_id
    join timeback.caliper_actors a on a.actor_key = e.actor_key
    where l.result_attempt = 0 ${which} group by 1`.execute(db);
  return rows.map(({ app, kind, n }) => [app, kind, 0, Number(n)]);
}
