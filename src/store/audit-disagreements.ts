import { type RawBuilder, sql } from "kysely";
import { isoInstant } from "./iso-instant.js";
import { pagesOf } from "./pages.js";
import { among } from "./recompute-scope.js";
import type { Session } from "./session.js";
import { type Suspect, suspect } from "./suspect.js";

/** An event and results linked to it that do not say the same. XP is exact decimal text. */
export interface Disagreement extends Suspect {
  eventId: string;
  at: string;
  xp: string | null;
  attempt: number | null;
  /** What they disagree about. */
  xpDiffers: boolean;
  attemptDiffers: boolean;
  results: { sourcedId: string; xp: string | null; attempt: number | null; at: string; rule: string }[];
}

const pays = (xp: RawBuilder<unknown>): RawBuilder<unknown> => sql`coalesce(${xp}, 0) <> 0`;

/** XP of the event and a result; or, where the event has none, of two results of one attempt, only one of which can count. */
const xpDiffers = sql`coalesce(bool_or(${pays(sql.ref("e.xp"))} and ${pays(sql.ref("l.result_xp"))} and e.xp <> l.result_xp)
  or (not bool_or(${pays(sql.ref("e.xp"))}) and bool_or(${pays(sql.ref("l.result_xp"))} and l.result_xp <> l.rival_xp)), false)`;

/**
 * Events of these students (null: everybody) whose linked results report another XP (none of both 0) or another known attempt. XP that a bundled-xp finding
 * of the session explains is left out. By student, then instant and id. Needs the ground and the list of findings.
 */
export const listDisagreements = (
  db: Session["db"],
  students: readonly string[] | null,
): AsyncGenerator<Disagreement[]> =>
  pagesOf(
    db,
    sql<Disagreement>`
    with bundled as (
      select body::jsonb ->> 'eventId' as event_id from pg_temp.findings where kind = 'bundled-xp'),
    linked as (
      select l.*, min(case when ${pays(sql.ref("l.result_xp"))} then l.result_xp end)
        over (partition by l.event_id, l.result_attempt) as rival_xp
      from pg_temp.links l),
    compared as (
      select e.event_id, ${xpDiffers} and e.event_id::text not in (select event_id from bundled where event_id is not null) as xp_differs,
        coalesce(bool_or(e.attempt <> l.result_attempt), false) as attempt_differs,
        jsonb_agg(jsonb_build_object('sourcedId', l.sourced_id, 'xp', l.result_xp::text, 'attempt', l.result_attempt,
          'at', ${isoInstant(sql.ref("l.score_date"))}, 'rule', l.rule) order by l.sourced_id collate "C") as results
      from linked l join timeback.caliper_events e on e.event_id = l.event_id
      group by e.event_id)
    select ${suspect({ student: sql.ref("d.student_id"), day: sql.ref("d.date"), app: sql.ref("d.app"), counted: sql.ref("d.xp_earned") })},
      c.event_id::text as "eventId", ${isoInstant(sql.ref("e.occurred_at"))} as at, e.xp::text as xp, e.attempt,
      c.xp_differs as "xpDiffers", c.attempt_differs as "attemptDiffers", c.results
    from compared c join timeback.caliper_events e on e.event_id = c.event_id
    join timeback.caliper_actors a on a.actor_key = e.actor_key
    join pg_temp.derived_facts d on d.student_id = a.student_id and d.fact_key = 'caliper:event:' || e.event_id
    where (c.xp_differs or c.attempt_differs) and ${among(sql`d.student_id`, { students })}
    order by d.student_id, e.occurred_at, e.event_id`,
  );
