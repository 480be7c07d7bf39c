import { sql } from "kysely";
import type { Db, Session } from "../engine/session.js";
import { isoDay, isoInstant } from "../engine/sql-time.js";
import { BYTES, tempTable } from "../engine/temp-table.js";
import { eventKey } from "../facts/source-keys.js";
import { inPart, rowsAbout, type Students } from "../facts/student-selection.js";

/** The live corrections that the audit would make again today. */
const confirmedCorrections = tempTable("confirmed_corrections", { correction_id: BYTES });

/** Adds live corrections that the audit would make again today. */
export async function addConfirmed(session: Session, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await confirmedCorrections.create(session.db, { ifMissing: true });
  await confirmedCorrections.add(
    session,
    ids.map((id) => ({ correction_id: id })),
  );
}

/** A live correction that the audit would not make again. Amounts are exact decimal text. */
export interface StaleCorrectionRow {
  correctionId: string;
  eventId: string;
  studentId: string;
  email: string | null;
  date: string | null;
  app: string | null;
  activityName: string | null;
  own: string;
  excess: string;
  results: string[];
  madeBy: string;
  madeAt: string;
  runId: string;
  /** What the event reports, and what its fact counts; null where it is gone. */
  reported: string | null;
  counted: string | null;
}

const isLive = sql`c.retired_at is null`;

async function isAnyLive(db: Db, students: Students): Promise<boolean> {
  const { rows } = await sql<{ any: boolean }>`
    select exists (select from timeback.corrections c where ${isLive} ${inPart(students, sql`c.student_id`)}) as any`.execute(
    db,
  );
  return rows[0]?.any === true;
}

/** The live corrections of these students that `addConfirmed` did not name. */
export async function* staleCorrections(db: Db, students: Students): AsyncGenerator<StaleCorrectionRow[]> {
  if (!(await isAnyLive(db, students))) return;
  await confirmedCorrections.create(db, { ifMissing: true });
  yield* listUnconfirmed(db, students);
}

const listUnconfirmed = (db: Db, students: Students): AsyncGenerator<StaleCorrectionRow[]> =>
  rowsAbout(
    db,
    students,
    sql<StaleCorrectionRow>`
    select c.correction_id as "correctionId", c.event_id::text as "eventId", c.student_id as "studentId", f.email,
      ${isoDay(sql`f.date`)} as date, e.app, coalesce(e.activity_name, e.activity_key) as "activityName",
      trim_scale(c.own_xp)::text as own, trim_scale(c.excess_xp)::text as excess, c.results, c.made_by as "madeBy",
      ${isoInstant(sql`c.made_at`)} as "madeAt", c.made_run::text as "runId", trim_scale(e.xp)::text as reported,
      trim_scale(f.xp_earned)::text as counted
    from timeback.corrections c
    left join timeback.caliper_events e on e.event_id = c.event_id
    left join timeback.processed_facts f on f.student_id = c.student_id and f.fact_key = ${eventKey(sql`c.event_id`)}
    where ${isLive} ${inPart(students, sql`c.student_id`)}
      and not exists (select from ${confirmedCorrections} k where k.correction_id = c.correction_id)
    order by c.student_id, c.event_id`,
  );
