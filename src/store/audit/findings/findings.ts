import { type RawBuilder, sql } from "kysely";
import {
  FINDING_KINDS,
  type Finding,
  type FindingKind,
  findingJson,
  VERDICTS,
} from "../../../domain/findings/finding.js";
import type { ListedFinding } from "../../../domain/findings/listed-finding.js";
import { copyRow } from "../../copy/text-rows.js";
import { FEW_ROWS } from "../../engine/cursor.js";
import type { Db, Session } from "../../engine/session.js";
import type { Students } from "../../facts/student-selection.js";
import { rowsAbout } from "../../facts/student-selection.js";

/** Which of the findings are asked for; null is no restriction. */
export interface FindingFilter {
  kinds: readonly FindingKind[] | null;
  apps: readonly string[] | null;
  from: string | null;
  to: string | null;
}

/** The columns of what a finding claims; while none of them changes, it says the same. */
export const CLAIM_COLUMNS = [
  "kind",
  "verdict",
  "email",
  "date",
  "app",
  "summary",
  "counted",
  "truth",
  "inflation",
  "pending",
] as const;

/** The columns of `pg_temp.findings`. */
export const FINDING_COLUMNS = ["id", "student_id", "kind_rank", "verdict_rank", ...CLAIM_COLUMNS, "body"] as const;

/** Opens the session's empty list, `pg_temp.findings`. */
export async function openFindings(db: Db): Promise<void> {
  await sql`create temp table findings (
    id text primary key, kind text, kind_rank int, verdict text, verdict_rank int, student_id text collate "C",
    email text collate "C", date date, app text collate "C", summary text, counted numeric, truth numeric,
    inflation numeric, pending boolean, body text)`.execute(db);
}

/** Adds findings to the session's list. */
export const addFindings = (session: Session, findings: readonly Finding[]): Promise<number> =>
  session.copyIn(
    "pg_temp.findings",
    FINDING_COLUMNS,
    findings.map((finding) =>
      copyRow([
        finding.id,
        finding.studentId,
        FINDING_KINDS.indexOf(finding.kind),
        VERDICTS.indexOf(finding.verdict),
        finding.kind,
        finding.verdict,
        finding.email,
        finding.date,
        finding.app,
        finding.summary,
        finding.counted,
        finding.truth,
        finding.inflation,
        finding.pending,
        findingJson(finding),
      ]),
    ),
  );

const passes = ({ kinds, apps, from, to }: FindingFilter): RawBuilder<unknown> => {
  const conditions = [
    ...(kinds === null ? [] : [sql`n.kind = any(${[...kinds]}::text[])`]),
    ...(apps === null ? [] : [sql`n.app = any(${[...apps]}::text[])`]),
    ...(from === null ? [] : [sql`n.date >= ${from}::date`]),
    ...(to === null ? [] : [sql`n.date <= ${to}::date`]),
  ];
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
};

/** Drops from the session's list what the filter does not let pass. */
export async function keepFindings(db: Db, filter: FindingFilter): Promise<void> {
  if (Object.values(filter).every((one) => one === null)) return;
  await sql`delete from pg_temp.findings n where not coalesce((${passes(filter)}), false)`.execute(db);
}

const LISTED = sql`id, kind, verdict, student_id as "studentId", email, to_char(date, 'YYYY-MM-DD') as date, app, summary,
  trim_scale(counted)::text as counted, trim_scale(truth)::text as truth, trim_scale(inflation)::text as inflation, pending, body`;

/** The session's findings, which are about these students, the surest and worst first. */
export const listFindings = (db: Db, students: Students = "all"): AsyncGenerator<ListedFinding[]> =>
  rowsAbout(
    db,
    students,
    sql<ListedFinding>`
    select ${LISTED} from pg_temp.findings
    order by verdict_rank, abs(inflation) desc, kind_rank, date nulls last, student_id, id collate "C"`,
    FEW_ROWS,
  );

/** The session's findings whose id begins so; two at most. */
export async function foundNamed(db: Db, id: string): Promise<ListedFinding[]> {
  const { rows } = await sql<ListedFinding>`
    select ${LISTED} from pg_temp.findings where starts_with(id, ${id}) order by id collate "C" limit 2`.execute(db);
  return rows;
}

/**
 * Emails of the session's (or the stored) findings that several students have: there an email does not tell who it is. (Where the
 * least student is not the greatest: to count them would sort all facts.)
 */
export async function sharedEmails(db: Db, of: "pg_temp.findings" | "timeback.findings"): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    select f.email from timeback.processed_facts f where f.email in (select email from ${sql.table(of)})
    group by f.email having min(f.student_id) <> max(f.student_id)`.execute(db);
  return rows.map(({ email }) => email);
}

/** Lets the planner know the session's findings, where they are many: they are joined with all facts, and with what is stored. */
export async function analyzeFindings(db: Db): Promise<void> {
  await sql`analyze pg_temp.findings`.execute(db);
}
