import { type RawBuilder, sql } from "kysely";
import { pagesOf } from "../../engine/cursor.js";
import type { Db, Session } from "../../engine/session.js";
import { BYTES, tempTable } from "../../engine/temp-table.js";

/** A report that some formula would not allow, noted before it is known how the apps pay. It decides which students are judged. */
export interface DoubtfulReport {
  studentId: string;
  app: string;
  /** The event's report as text (`reportText`), which many events share. */
  report: string;
}

/** Distinct reports of each student. */
const doubtfulReports = tempTable("doubtful_reports", { student_id: BYTES, app: BYTES, report: BYTES });
/** Reports still in doubt once it is known how the apps pay. */
const unclearReports = tempTable("unclear_reports", { app: BYTES, report: BYTES });

/** Creates the tables of reports, which `addDoubtful` and `addUnclear` fill. */
export async function openDoubtful(db: Db): Promise<void> {
  await doubtfulReports.create(db);
  await unclearReports.create(db);
}

/** Adds distinct reports of students. */
export const addDoubtful = (session: Session, reports: readonly DoubtfulReport[]): Promise<void> =>
  doubtfulReports.add(
    session,
    reports.map(({ studentId, app, report }) => ({ student_id: studentId, app, report })),
  );

type AppReport = Pick<DoubtfulReport, "app" | "report">;

/** The distinct reports that `addDoubtful` added, in pages. */
export const listDoubtful = (db: Db): AsyncGenerator<AppReport[]> =>
  pagesOf(db, sql<AppReport>`select distinct app, report from ${doubtfulReports}`);

/** Adds the reports that are still in doubt once it is known how the apps pay: `studentsInDoubt` selects by them. */
export const addUnclear = (session: Session, reports: readonly AppReport[]): Promise<void> =>
  unclearReports.add(session, reports);

/** `and …`: a student with a report that is still in doubt. */
export const studentsInDoubt = (student: RawBuilder<unknown>): RawBuilder<unknown> => sql`and ${student} in (
  select d.student_id from ${doubtfulReports} d join ${unclearReports} u on u.app = d.app and u.report = d.report)`;
