import { type RawBuilder, sql } from "kysely";
import { copyRow } from "../../copy/text-rows.js";
import { pagesOf } from "../../engine/cursor.js";
import type { Db, Session } from "../../engine/session.js";

/**
 * What a student's events report that some way of paying would not allow, before it is known how their apps pay: who
 * must be looked at again is chosen by it.
 */
export interface DoubtfulReport {
  studentId: string;
  app: string;
  /** What is judged at first sight, as text: alike for many events (see `reportOf`). */
  report: string;
}

/** Opens `pg_temp.doubtful_reports` (`student_id`, `app`, `report`) and `pg_temp.unclear_reports` (`app`, `report`). */
export async function openDoubtful(db: Db): Promise<void> {
  await sql`create temp table doubtful_reports (student_id text collate "C", app text collate "C", report text collate "C")`.execute(
    db,
  );
  await sql`create temp table unclear_reports (app text collate "C", report text collate "C")`.execute(db);
}

/** Adds reports, each once a student. */
export async function addDoubtful(session: Session, reports: readonly DoubtfulReport[]): Promise<void> {
  const rows = reports.map(({ studentId, app, report }) => copyRow([studentId, app, report]));
  if (rows.length > 0) await session.copyIn("pg_temp.doubtful_reports", ["student_id", "app", "report"], rows);
}

type AppReport = Pick<DoubtfulReport, "app" | "report">;

/** The different reports that were added, some at a time. */
export const listDoubtful = (db: Db): AsyncGenerator<AppReport[]> =>
  pagesOf(db, sql<AppReport>`select distinct app, report from pg_temp.doubtful_reports`);

/** Notes the reports that are still in doubt once it is known how the apps pay: `studentsInDoubt` selects by them. */
export async function noteUnclear(session: Session, reports: readonly AppReport[]): Promise<void> {
  const rows = reports.map(({ app, report }) => copyRow([app, report]));
  if (rows.length > 0) await session.copyIn("pg_temp.unclear_reports", ["app", "report"], rows);
}

/** `and …`: a student of whom a noted report was added. */
export const studentsInDoubt = (student: RawBuilder<unknown>): RawBuilder<unknown> => sql`and ${student} in (
  select d.student_id from pg_temp.doubtful_reports d join pg_temp.unclear_reports u on u.app = d.app and u.report = d.report)`;
