import { type RawBuilder, sql } from "kysely";
import { columnsOf, FACT_COLUMNS, standingOf, unlikeFacts } from "./derived-facts.js";
import type { FactRules } from "./linking.js";
import type { Session } from "./session.js";
import { areFew, type Students } from "./student-part.js";

type Db = Session["db"];

const columns = (alias: string): RawBuilder<unknown> => columnsOf(`${alias}.`, FACT_COLUMNS);

/**
 * Compares the facts of these students with what the landed records call for, and keeps only what is not so:
 * `pg_temp.odd_facts`, the facts that stand and are not, column for column, called for (`pays`: with XP other than 0), and
 * `pg_temp.called_facts`, the called-for facts that do not so stand. Needs `pg_temp.link_pairs`.
 */
export async function compareFacts(db: Db, rules: FactRules, students: Students): Promise<void> {
  await sql`
    create temp table unlike as
    with ${unlikeFacts(rules, students)} select * from unlike`.execute(db);
  await sql`
    create temp table odd_facts as
    select s.student_id, s.fact_key, coalesce(s.xp_earned, 0) <> 0 as pays, array_remove(s.sources, null) as sources
    from pg_temp.unlike u cross join ${standingOf} s`.execute(db);
  await sql`
    create temp table called_facts as select ${columns("u")} from pg_temp.unlike u where fact_key is not null`.execute(
    db,
  );
  if (areFew(students)) return;
  for (const table of ["odd_facts", "called_facts"]) {
    await sql`create index on ${sql.table(`pg_temp.${table}`)} (student_id, fact_key)`.execute(db);
    await sql`analyze ${sql.table(`pg_temp.${table}`)}`.execute(db);
  }
}

/** Whether a fact stands that is not so called for, or a called-for one does not stand. Needs `compareFacts`. */
export async function isAnythingOdd(db: Db): Promise<boolean> {
  const { rows } = await sql<{ odd: boolean }>`
    select exists (select from pg_temp.odd_facts) or exists (select from pg_temp.called_facts) as odd`.execute(db);
  return rows[0]?.odd === true;
}

/** The facts that are called for, of the students that `which` (a condition over `f`) selects. Needs `compareFacts`. */
export const calledFacts = (which: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select ${columns("f")} from pg_temp.called_facts f where ${which}
  union all
  select ${columns("f")} from timeback.processed_facts f where ${which}
    and not exists (select from pg_temp.odd_facts o where o.student_id = f.student_id and o.fact_key = f.fact_key))`;

/** The fact with this key that is called for, if one is: `xp_earned`, `date`, `app`. Needs `compareFacts`. */
export const calledFor = (student: RawBuilder<unknown>, key: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select f.xp_earned, f.date, f.app from pg_temp.called_facts f where f.student_id = ${student} and f.fact_key = ${key}
  union all
  select f.xp_earned, f.date, f.app from timeback.processed_facts f where f.student_id = ${student} and f.fact_key = ${key}
    and not exists (select from pg_temp.odd_facts o where o.student_id = f.student_id and o.fact_key = f.fact_key))`;
