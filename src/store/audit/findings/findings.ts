import { type RawBuilder, sql } from "kysely";
import type { Finding, FindingKind } from "../../../domain/findings/finding.js";
import type { ListedFinding } from "../../../domain/findings/listed-finding.js";
import { FEW_ROWS } from "../../engine/cursor.js";
import type { Db, Session } from "../../engine/session.js";
import { rowsAbout, type Students } from "../../facts/student-selection.js";
import { findingRow, listedFinding, sessionFindings } from "./finding-columns.js";

/** Which findings are requested; null means no restriction. */
export interface FindingFilter {
  kinds: readonly FindingKind[] | null;
  apps: readonly string[] | null;
  from: string | null;
  to: string | null;
}

/** Adds findings to the session's and returns their number. */
export async function addFindings(session: Session, findings: readonly Finding[]): Promise<number> {
  await sessionFindings.add(session, findings.map(findingRow));
  return findings.length;
}

const passes = ({ kinds, apps, from, to }: FindingFilter): RawBuilder<unknown> => {
  const conditions = [
    ...(kinds === null ? [] : [sql`n.kind = any(${[...kinds]}::text[])`]),
    ...(apps === null ? [] : [sql`n.app = any(${[...apps]}::text[])`]),
    ...(from === null ? [] : [sql`n.date >= ${from}::date`]),
    ...(to === null ? [] : [sql`n.date <= ${to}::date`]),
  ];
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
};

/** Deletes the session's findings that do not match the filter. */
export async function keepFindings(db: Db, filter: FindingFilter): Promise<void> {
  if (Object.values(filter).every((one) => one === null)) return;
  await sql`delete from ${sessionFindings} n where not coalesce((${passes(filter)}), false)`.execute(db);
}

/** The session's findings about these students, the surest and worst first. */
export const listFindings = (db: Db, students: Students = "all"): AsyncGenerator<ListedFinding[]> =>
  rowsAbout(
    db,
    students,
    sql<ListedFinding>`
    select ${listedFinding("n", "id")} from ${sessionFindings} n
    order by n.verdict_rank, abs(n.inflation) desc, n.kind_rank, n.date nulls last, n.student_id, n.id collate "C"`,
    FEW_ROWS,
  );

/** The session's findings whose id has this prefix; two at most. */
export async function foundNamed(db: Db, id: string): Promise<ListedFinding[]> {
  const { rows } = await sql<ListedFinding>`
    select ${listedFinding("n", "id")} from ${sessionFindings} n where starts_with(n.id, ${id}) order by n.id collate "C" limit 2`.execute(
    db,
  );
  return rows;
}

/**
 * Emails of findings (`of`: the session's or the stored ones) that several students have, and so identify nobody. (Compares the least
 * student with the greatest: counting them would sort all facts.)
 */
export async function sharedEmails(db: Db, of: "session" | "stored"): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    select f.email from timeback.processed_facts f
    where f.email in (select email from ${of === "session" ? sessionFindings : sql`timeback.findings`})
    group by f.email having min(f.student_id) <> max(f.student_id)`.execute(db);
  return rows.map(({ email }) => email);
}

/** Creates the session's empty list of findings. */
export const openFindings = (db: Db): Promise<unknown> => sessionFindings.create(db);

/** Analyzes the session's findings, if many: they are joined with all facts, and with stored findings. */
export const analyzeFindings = (db: Db): Promise<unknown> => sessionFindings.analyze(db);
