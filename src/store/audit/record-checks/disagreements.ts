import { type RawBuilder, sql } from "kysely";
import type { Db } from "../../engine/session.js";
import { isoInstant } from "../../engine/sql-time.js";
import { madeTable } from "../../engine/temp-table.js";
import { resultLinks } from "../../facts/links.js";
import { eventKey } from "../../facts/source-keys.js";
import { areFew, inPart, rowsAbout, type Students } from "../../facts/student-selection.js";
import { expectedFact } from "../fact-checks/expected-facts.js";
import { sessionFindings } from "../findings/finding-columns.js";
import { type Suspect, suspect } from "./suspicion-columns.js";

/** An event and linked results that contradict each other. XP is exact decimal text. */
export interface Disagreement extends Suspect {
  eventId: string;
  at: string;
  xp: string | null;
  attempt: number | null;
  /** What differs. */
  xpDiffers: boolean;
  attemptDiffers: boolean;
  results: { sourcedId: string; xp: string | null; attempt: number | null; at: string; rule: string }[];
}

const pays = (xp: string): RawBuilder<unknown> => sql`coalesce(${sql.ref(xp)}, 0) <> 0`;

/** XP of the event and a result; or, if the event has none, of two results of one attempt, only one of which can count. */
const xpDiffers = sql`coalesce(bool_or(${pays("c.xp")} and ${pays("l.result_xp")} and c.xp <> l.result_xp)
  or (not bool_or(${pays("c.xp")}) and bool_or(${pays("l.result_xp")} and l.result_xp <> l.rival_xp)), false)`;

/** Events with a linked result of another attempt or other XP. */
const disagreeingEvents = madeTable("disagreeing_events", ["event_id"]);

/** Creates `disagreeingEvents` (a small table, analyzed for the planner) and returns whether there are any. Reads `resultLinks`. */
export async function findDisagreeing(db: Db, students: Students): Promise<boolean> {
  await disagreeingEvents
    .createFrom(sql`
    select distinct l.event_id from ${resultLinks} l join timeback.caliper_events c on c.event_id = l.event_id
    where c.attempt <> l.result_attempt or (${pays("l.result_xp")} and c.xp is distinct from l.result_xp)`)
    .execute(db);
  if (!areFew(students)) await disagreeingEvents.analyze(db);
  return disagreeingEvents.isFilled(db);
}

/**
 * Events of these students whose linked results report other nonzero XP or another known attempt, except XP that a bundled-xp finding
 * of the session explains. By student, then instant and id. Reads what `findDisagreeing` found.
 */
export const listDisagreements = (db: Db, students: Students): AsyncGenerator<Disagreement[]> =>
  rowsAbout(
    db,
    students,
    sql<Disagreement>`
    with bundled as materialized (
      select body::json ->> 'eventId' as event_id from ${sessionFindings} where kind = 'bundled-xp'),
    linked as (
      select l.*, min(case when ${pays("l.result_xp")} then l.result_xp end)
        over (partition by l.event_id, l.result_attempt) as rival_xp
      from ${resultLinks} l where l.event_id in (select event_id from ${disagreeingEvents})),
    compared as materialized (
      select c.event_id, ${xpDiffers} as xp_differs, coalesce(bool_or(c.attempt <> l.result_attempt), false) as attempt_differs,
        jsonb_agg(jsonb_build_object('sourcedId', l.sourced_id, 'xp', l.result_xp::text, 'attempt', l.result_attempt,
          'at', ${isoInstant(sql.ref("l.score_date"))}, 'rule', l.rule) order by l.sourced_id collate "C") as results
      from linked l join timeback.caliper_events c on c.event_id = l.event_id
      group by c.event_id),
    unexplained as (
      select event_id, attempt_differs, results,
        xp_differs and event_id::text not in (select event_id from bundled where event_id is not null) as xp_differs
      from compared)
    select ${suspect({ student: sql.ref("e.student_id"), day: sql.ref("d.date"), app: sql.ref("d.app"), counted: sql.ref("d.xp_earned") })},
      c.event_id::text as "eventId", ${isoInstant(sql.ref("e.occurred_at"))} as at, e.xp::text as xp, e.attempt,
      c.xp_differs as "xpDiffers", c.attempt_differs as "attemptDiffers", c.results
    from unexplained c
    cross join lateral (
      select a.student_id, x.occurred_at, x.xp, x.attempt from timeback.caliper_events x
      join timeback.caliper_actors a on a.actor_key = x.actor_key where x.event_id = c.event_id offset 0) e
    cross join lateral ${expectedFact(sql`e.student_id`, eventKey(sql`c.event_id`))} d
    where (c.xp_differs or c.attempt_differs) ${inPart(students, sql`e.student_id`)}
    order by e.student_id, e.occurred_at, c.event_id`,
  );
