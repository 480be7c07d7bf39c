import { type RawBuilder, sql } from "kysely";
import type { JudgedDay, JudgedStudent } from "../../../domain/findings/student-summary.js";
import type { Db } from "../../engine/session.js";
import { isoDay } from "../../engine/sql-time.js";
import type { FactScope } from "../../facts/fact-scope.js";
import { inScope } from "../../facts/fact-scope.js";
import { sessionFindings } from "./finding-columns.js";

/** Every day in scope with facts or session findings. */
const judged = (scope: FactScope): RawBuilder<unknown> => sql`
  shown as (
    select f.student_id, f.date, coalesce(sum(f.xp_earned), 0) as xp
    from timeback.processed_facts f where ${inScope(scope)} group by 1, 2),
  found as (
    select student_id, date, coalesce(sum(inflation) filter (where verdict = 'confirmed'), 0) as inflation
    from ${sessionFindings} group by 1, 2),
  judged as (
    select coalesce(s.student_id, n.student_id) as student_id, coalesce(s.date, n.date) as date,
      s.student_id is not null as has_facts, n.student_id is not null as has_findings, coalesce(s.xp, 0) as shown,
      coalesce(s.xp, 0) - coalesce(n.inflation, 0) as truth
    from shown s full join found n on n.student_id = s.student_id and n.date = s.date)`;

/** The days with findings, by student (C order) and day; findings without a day last. */
export async function judgedDays(db: Db, scope: FactScope): Promise<JudgedDay[]> {
  const { rows } = await sql<JudgedDay>`
    with ${judged(scope)}
    select student_id as "studentId", ${isoDay(sql`date`)} as date, shown::text as "shownXp", truth::text as "trueXp"
    from judged where has_findings order by student_id collate "C", judged.date nulls last`.execute(db);
  return rows;
}

/** The students in scope with facts or findings, in C order of ids. */
export async function judgedStudents(db: Db, scope: FactScope): Promise<JudgedStudent[]> {
  const { rows } = await sql<Record<keyof JudgedStudent, string>>`
    with ${judged(scope)}
    select student_id as "studentId", count(*) filter (where has_facts) as days, sum(shown)::text as "shownXp",
      sum(truth)::text as "trueXp", count(*) filter (where not has_findings) as "cleanDays",
      coalesce(sum(shown) filter (where not has_findings), 0)::text as "cleanXp"
    from judged group by 1 order by student_id collate "C"`.execute(db);
  return rows.map((row) => ({ ...row, days: Number(row.days), cleanDays: Number(row.cleanDays) }));
}
