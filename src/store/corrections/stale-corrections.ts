import { sql } from "kysely";
import { copyRow } from "../copy/text-rows.js";
import type { Db, Session } from "../engine/session.js";
import { isoInstant } from "../engine/sql-time.js";
import { eventKey } from "../facts/source-keys.js";
import { inPart, rowsAbout, type Students } from "../facts/student-selection.js";

/** Opens `pg_temp.founded_corrections`, where it is not open: the live corrections whose ground the audit found again. */
const openFounded = (db: Db) =>
  sql`create temp table if not exists founded_corrections (correction_id text collate "C")`.execute(db);

/** Adds corrections whose ground was found again. */
export async function addFounded(session: Session, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await openFounded(session.db);
  const rows = ids.map((id) => copyRow([id]));
  await session.copyIn("pg_temp.founded_corrections", ["correction_id"], rows);
}

/** A live correction whose ground has moved. Amounts are exact decimal text. */
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

/** The live corrections of these students that are not among the founded ones. */
export async function* staleCorrections(db: Db, students: Students): AsyncGenerator<StaleCorrectionRow[]> {
  if (!(await isAnyLive(db, students))) return;
  await openFounded(db);
  yield* listUnfounded(db, students);
}

const listUnfounded = (db: Db, students: Students): AsyncGenerator<StaleCorrectionRow[]> =>
  rowsAbout(
    db,
    students,
    sql<StaleCorrectionRow>`
    select c.correction_id as "correctionId", c.event_id::text as "eventId", c.student_id as "studentId", f.email,
      to_char(f.date, 'YYYY-MM-DD') as date, e.app, coalesce(e.activity_name, e.activity_key) as "activityName",
      trim_scale(c.own_xp)::text as own, trim_scale(c.excess_xp)::text as excess, c.results, c.made_by as "madeBy",
      ${isoInstant(sql`c.made_at`)} as "madeAt", c.made_run::text as "runId", trim_scale(e.xp)::text as reported,
      trim_scale(f.xp_earned)::text as counted
    from timeback.corrections c
    left join timeback.caliper_events e on e.event_id = c.event_id
    left join timeback.processed_facts f on f.student_id = c.student_id and f.fact_key = ${eventKey(sql`c.event_id`)}
    where ${isLive} ${inPart(students, sql`c.student_id`)}
      and not exists (select from pg_temp.founded_corrections k where k.correction_id = c.correction_id)
    order by c.student_id, c.event_id`,
  );
