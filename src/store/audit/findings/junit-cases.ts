import { type RawBuilder, sql } from "kysely";
import type { FindingKind, Verdict } from "../../../domain/findings/finding.js";
import type { JudgedCase, JudgedCounts } from "../../../domain/findings/judged-case.js";
import { pagesOf } from "../../engine/cursor.js";
import type { Db } from "../../engine/session.js";
import type { FactScope } from "../../facts/fact-scope.js";
import { inScope } from "../../facts/fact-scope.js";
import { sessionFindings } from "./finding-columns.js";

/** The students in scope with facts or session findings, each with one email. */
const judged = (scope: FactScope): RawBuilder<unknown> => sql`
  judged as (
    select student_id, min(email) as email from (
      select f.student_id, f.email from timeback.processed_facts f where ${inScope(scope)}
      union all select student_id, email from ${sessionFindings}) known
    group by student_id)`;

/** The number of students in scope, and by kind the number of those with a failing verdict. */
export async function judgedCounts(db: Db, scope: FactScope, failing: readonly Verdict[]): Promise<JudgedCounts> {
  const { rows } = await sql<{ students: string }>`
    with ${judged(scope)} select count(*) as students from judged`.execute(db);
  const failures = await sql<{ kind: FindingKind; students: string }>`
    select kind, count(distinct student_id) as students from ${sessionFindings}
    where verdict = any(${[...failing]}::text[]) group by 1`.execute(db);
  return {
    students: Number(rows[0]?.students ?? 0),
    failures: new Map(failures.rows.map(({ kind, students }) => [kind, Number(students)])),
  };
}

/** Each student in scope with the findings of one kind, in C order of ids. */
export const listCases = (db: Db, scope: FactScope, kind: FindingKind): AsyncGenerator<JudgedCase[]> =>
  pagesOf(
    db,
    sql<JudgedCase>`
    with ${judged(scope)}
    select j.student_id as "studentId", j.email, coalesce((
      select json_agg(json_build_object('verdict', n.verdict, 'summary', n.summary)
        order by n.verdict_rank, n.date nulls last, n.id collate "C")
      from ${sessionFindings} n where n.student_id = j.student_id and n.kind = ${kind}), '[]') as findings
    from judged j order by j.student_id collate "C"`,
  );
