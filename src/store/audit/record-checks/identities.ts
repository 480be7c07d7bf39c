import { sql } from "kysely";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import type { Db } from "../../engine/session.js";
import { isoInstant } from "../../engine/sql-time.js";
import { eventKey } from "../../facts/source-keys.js";
import { inPart, rowsAbout, type Students } from "../../facts/student-selection.js";
import { isActive, notOfTestUser } from "../../facts/students.js";
import { expectedFact } from "../fact-checks/expected-facts.js";
import { type Suspect, suspect } from "./suspicion-columns.js";

/** Events whose actor's id identifies one user, but whose email belongs to others. */
export interface IdentityRow extends Suspect {
  actorEmail: string;
  /** The active users with that email, in byte order. */
  others: string[];
  events: string;
  from: string;
  to: string;
  /** The earliest events, by instant and id. */
  eventIds: string[];
}

const SHOWN_EVENTS = 20;

/** One row for each student and each email in their events that only other active users have. By student, then the first event. */
export const listIdentityConflicts = (db: Db, rules: FactRules, students: Students): AsyncGenerator<IdentityRow[]> =>
  rowsAbout(
    db,
    students,
    sql<IdentityRow>`
    with torn as (
      select a.actor_key, a.student_id, a.email, o.others
      from timeback.caliper_actors a
      join timeback.users own on own.sourced_id = a.segment and own.sourced_id = a.student_id
      cross join lateral (
        select jsonb_agg(u.sourced_id order by u.sourced_id) as others, bool_or(u.sourced_id = a.segment) as is_own
        from timeback.users u where u.email = a.email and ${isActive(sql`u.status`)}) o
      where o.others is not null and not o.is_own
        ${inPart(students, sql`a.student_id`)} ${notOfTestUser(rules, sql`a.student_id`)}),
    grouped as (
      select t.student_id, t.email, t.others, count(*) as events, sum(d.xp_earned) as counted,
        min(e.occurred_at) as first_at, max(e.occurred_at) as last_at,
        (array_agg(e.event_id::text order by e.occurred_at, e.event_id))[1:${sql.lit(SHOWN_EVENTS)}] as event_ids,
        (array_agg(e.app order by e.occurred_at, e.event_id))[1] as app
      from torn t join timeback.caliper_events e on e.actor_key = t.actor_key
      left join lateral ${expectedFact(sql`t.student_id`, eventKey(sql`e.event_id`))} d on true
      group by 1, 2, 3)
    select ${suspect({
      student: sql.ref("g.student_id"),
      day: sql`(g.first_at at time zone ${rules.zone})::date`,
      app: sql.ref("g.app"),
      counted: sql.ref("g.counted"),
    })}, g.email as "actorEmail", g.others, g.events::text as events, ${isoInstant(sql.ref("g.first_at"))} as from,
      ${isoInstant(sql.ref("g.last_at"))} as to, to_jsonb(g.event_ids) as "eventIds"
    from grouped g order by g.student_id, g.first_at, g.email collate "C"`,
  );
