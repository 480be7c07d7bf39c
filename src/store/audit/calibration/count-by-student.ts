import { sql } from "kysely";
import type { FormulaSet } from "../../../domain/rules/calibrate.js";
import type { Counter } from "../../../domain/rules/calibration-counts.js";
import { copyRow } from "../../copy/text-rows.js";
import type { Db, Session } from "../../engine/session.js";
import { inPart, type Students } from "../../facts/student-selection.js";
import { isQuiet, reportsXp } from "../bundling/event-signatures.js";

/** The formulas that explain every event with this reading and these amounts banked. */
export interface ExplainedReading {
  kind: "quiet" | "banked" | "all";
  app: string;
  reading: string;
  /** As `pg_temp.banked_readings` has them; empty for quiet events. */
  amounts: string;
  formulas: FormulaSet;
}

/** Opens `pg_temp.explained_readings`. */
export const openExplained = (db: Db) =>
  sql`create temp table explained_readings (kind text, app text collate "C", reading text, amounts text, formulas int)`.execute(
    db,
  );

/** Notes what explains readings. */
export const addExplained = (session: Session, readings: readonly ExplainedReading[]): Promise<number> =>
  session.copyIn(
    "pg_temp.explained_readings",
    ["kind", "app", "reading", "amounts", "formulas"],
    readings.map(({ kind, app, reading, amounts, formulas }) => copyRow([kind, app, reading, amounts, formulas])),
  );

/** The attempts 0 of these students by app, in events and in results. */
export async function zeroAttempts(db: Db, students: Students): Promise<Counter[]> {
  const { rows } = await sql<{ app: string; kind: "zero-event" | "zero-result"; events: string }>`
    select app, kind, sum(events) as events from (${zeros(students)}) z group by 1, 2`.execute(db);
  return rows.map(({ app, kind, events }) => [app, kind, 0, Number(events)]);
}

const zeros = (students: Students) => sql`
  select student_id, app, 'zero-event' as kind, count(*) as events from pg_temp.completed
  where attempt = 0 ${inPart(students, sql`student_id`)} group by 1, 2
  union all
  select student_id, app, 'zero-result', count(*) from pg_temp.event_results
  where attempt = 0 ${inPart(students, sql`student_id`)} group by 1, 2`;

/**
 * Makes `pg_temp.student_counters` (`student_id`, `app`, `kind`, `formulas`, `events`): what the events of each of these
 * students say. Needs `pg_temp.explained_readings` of all their readings that tell anything.
 */
export async function gatherStudentCounters(db: Db, students: Students): Promise<void> {
  await sql`analyze pg_temp.explained_readings`.execute(db);
  await sql`
    create temp table student_counters as
    with read as (
      select x.student_id, x.app, f.formulas, count(*) as events
      from pg_temp.exercises x
      left join pg_temp.explained_readings f on ${isQuiet} and f.kind = 'quiet' and f.app = x.app and f.reading = x.reading
      where ${reportsXp} ${inPart(students, sql`x.student_id`)} group by 1, 2, 3)
    select student_id, app, 'seen' as kind, 0 as formulas, sum(events)::int as events from read group by 1, 2
    union all
    select student_id, app, 'quiet', formulas, events::int from read where formulas is not null
    union all
    select r.student_id, r.app, r.kind, f.formulas, count(*)::int
    from pg_temp.banked_readings r join pg_temp.explained_readings f
      on f.kind = r.kind and f.app = r.app and f.reading = r.reading and f.amounts = r.amounts
    where true ${inPart(students, sql`r.student_id`)} group by r.student_id, r.app, r.kind, f.formulas
    union all
    select student_id, app, kind, 0, events::int from (${zeros(students)}) z`.execute(db);
}
