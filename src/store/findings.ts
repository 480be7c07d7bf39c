import { type RawBuilder, sql } from "kysely";
import { type AppCounts, noCounts } from "../domain/calibrate.js";
import type { Calibration } from "../domain/calibration.js";
import {
  FINDING_KINDS,
  type Finding,
  type FindingKind,
  findingJson,
  VERDICTS,
  type Verdict,
} from "../domain/finding.js";
import type { AuditTotals, FindingSum, ListedFinding } from "../domain/listed-finding.js";
import { copyRow } from "./copy-text.js";
import { inScope } from "./fact-listing.js";
import { FEW_ROWS, rowsAbout } from "./pages.js";
import type { FactScope } from "./recompute-scope.js";
import type { Session } from "./session.js";
import type { Students } from "./student-part.js";

type Db = Session["db"];

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

const countsText = ({ quiet, banked, all }: AppCounts): string => JSON.stringify([[...quiet], [...banked], [...all]]);

/** Notes how the apps that were judged pay, by what their events say, in `pg_temp.calibrations`. */
export async function noteCalibrations(
  db: Db,
  calibrations: readonly Calibration[],
  counts: ReadonlyMap<string, AppCounts>,
): Promise<void> {
  const apps = calibrations.map(({ app }) => app);
  await sql`
    create temp table calibrations as
    select app collate "C", body, counts
    from unnest(${apps}::text[], ${calibrations.map((calibration) => JSON.stringify(calibration))}::text[],
      ${apps.map((app) => countsText(counts.get(app ?? "") ?? noCounts()))}::text[]) as known(app, body, counts)`.execute(
    db,
  );
}

/** What the events of the apps say that were judged, in C order of their names; the app without a name is "". */
export async function listAppCounts(db: Db): Promise<Map<string, AppCounts>> {
  const { rows } = await sql<{ app: string | null; counts: string }>`
    select app, counts from pg_temp.calibrations order by coalesce(app, '') collate "C"`.execute(db);
  return new Map(
    rows.map(({ app, counts }) => {
      const [quiet, banked, all] = JSON.parse(counts) as [number, number][][];
      return [app ?? "", { quiet: new Map(quiet), banked: new Map(banked), all: new Map(all) }];
    }),
  );
}

/** How the apps pay that were judged; by name, unknown last. */
export async function listCalibrations(db: Db): Promise<Calibration[]> {
  const { rows } = await sql<{ body: string }>`
    select body from pg_temp.calibrations order by app nulls last`.execute(db);
  return rows.map(({ body }) => JSON.parse(body) as Calibration);
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

const sums = async (db: Db, name: RawBuilder<unknown>, order: RawBuilder<unknown>): Promise<FindingSum[]> => {
  const { rows } = await sql<Record<Exclude<keyof FindingSum, "name">, string> & Pick<FindingSum, "name">>`
    select ${name} as name, count(*) as findings, count(*) filter (where verdict = 'confirmed') as confirmed,
      coalesce(sum(inflation) filter (where verdict = 'confirmed'), 0)::text as inflation
    from pg_temp.findings group by 1 order by ${order}`.execute(db);
  return rows.map((row) => ({ ...row, findings: Number(row.findings), confirmed: Number(row.confirmed) }));
};

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

/** Sums of the session's findings by kind (in the order of FINDING_KINDS), by app and by week. */
export const sumsByKind = (db: Db): Promise<FindingSum[]> => sums(db, sql`kind`, sql`min(kind_rank)`);
export const sumsByApp = (db: Db): Promise<FindingSum[]> =>
  sums(db, sql`app`, sql`coalesce(sum(inflation) filter (where verdict = 'confirmed'), 0) desc, count(*) desc, 1`);
export const sumsByWeek = (db: Db): Promise<FindingSum[]> =>
  sums(db, sql`to_char(date_trunc('week', date::timestamp), 'YYYY-MM-DD')`, sql`1 nulls last`);

/** Totals of the facts in scope; trueXp = countedXp - confirmed inflation. */
export async function auditTotals(db: Db, scope: FactScope, apps: readonly string[] | null): Promise<AuditTotals> {
  const ofApps = apps === null ? sql`true` : sql`f.app = any(${[...apps]}::text[])`;
  const { rows } = await sql<{ students: string; facts: string; counted: string; inflation: string; truth: string }>`
    with student as (
      select f.student_id, count(*) as facts, sum(f.xp_earned) as xp
      from timeback.processed_facts f where ${inScope(scope)} and ${ofApps} group by 1),
    counted as (
      select count(*) as students, coalesce(sum(facts), 0)::bigint as facts, coalesce(sum(xp), 0) as xp from student),
    inflated as (
      select coalesce(sum(inflation), 0) as xp from pg_temp.findings where verdict = 'confirmed')
    select c.students, c.facts, c.xp::text as counted, i.xp::text as inflation, (c.xp - i.xp)::text as truth
    from counted c, inflated i`.execute(db);
  const [row] = rows;
  return {
    students: Number(row?.students ?? 0),
    facts: Number(row?.facts ?? 0),
    countedXp: row?.counted ?? "0",
    inflationXp: row?.inflation ?? "0",
    trueXp: row?.truth ?? "0",
  };
}

/** Number of the session's findings by verdict. */
export async function verdictCounts(db: Db): Promise<Record<Verdict, number>> {
  const { rows } = await sql<{ verdict: Verdict; n: string }>`
    select verdict, count(*) as n from pg_temp.findings group by 1`.execute(db);
  const counts = { confirmed: 0, probable: 0, suspected: 0 };
  for (const { verdict, n } of rows) counts[verdict] = Number(n);
  return counts;
}
