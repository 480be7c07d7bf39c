import { type RawBuilder, sql } from "kysely";
import type { Verdict } from "../../../domain/findings/finding-kind.js";
import type { AuditTotals, FindingSum } from "../../../domain/findings/listed-finding.js";
import type { Db } from "../../engine/session.js";
import { isoDay } from "../../engine/sql-time.js";
import { type FactScope, inScope } from "../../facts/fact-scope.js";
import { sessionFindings } from "./finding-columns.js";

const sums = async (db: Db, name: RawBuilder<unknown>, order: RawBuilder<unknown>): Promise<FindingSum[]> => {
  const { rows } = await sql<Record<Exclude<keyof FindingSum, "name">, string> & Pick<FindingSum, "name">>`
    select ${name} as name, count(*) as findings, count(*) filter (where verdict = 'confirmed') as confirmed,
      coalesce(sum(inflation) filter (where verdict = 'confirmed'), 0)::text as inflation
    from ${sessionFindings} group by 1 order by ${order}`.execute(db);
  return rows.map((row) => ({ ...row, findings: Number(row.findings), confirmed: Number(row.confirmed) }));
};
/** Sums of the session's findings by kind (in the order of FINDING_KINDS), by app and by week. */
export const sumsByKind = (db: Db): Promise<FindingSum[]> => sums(db, sql`kind`, sql`min(kind_rank)`);
export const sumsByApp = (db: Db): Promise<FindingSum[]> =>
  sums(db, sql`app`, sql`coalesce(sum(inflation) filter (where verdict = 'confirmed'), 0) desc, count(*) desc, 1`);
export const sumsByWeek = (db: Db): Promise<FindingSum[]> =>
  sums(db, isoDay(sql`date_trunc('week', date::timestamp)`), sql`1 nulls last`);
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
      select coalesce(sum(inflation), 0) as xp from ${sessionFindings} where verdict = 'confirmed')
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
    select verdict, count(*) as n from ${sessionFindings} group by 1`.execute(db);
  const counts = { confirmed: 0, probable: 0, suspected: 0 };
  for (const { verdict, n } of rows) counts[verdict] = Number(n);
  return counts;
}
