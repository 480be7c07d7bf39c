import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import { isAny } from "../../engine/cursor.js";
import type { Db } from "../../engine/session.js";
import { studentsToCompare, unlikeFacts } from "../../facts/compare-facts.js";
import { columnsOf, FACT_COLUMNS } from "../../facts/fact-columns.js";
import { areFew, type Students } from "../../facts/student-selection.js";

const columns = (alias: string): RawBuilder<unknown> => columnsOf(`${alias}.`, FACT_COLUMNS);

/**
 * Compares the facts of these students with what the landed records call for, and keeps only what is not so in
 * `pg_temp.unlike`: the facts that are called for and do not so stand (the columns of a fact; null where there is none), and
 * beside them the keys of the facts that stand and are not, column for column, called for (`standing_student`,
 * `standing_key`). Needs `gatherLinks`.
 */
export async function compareFacts(db: Db, rules: FactRules, students: Students): Promise<void> {
  const compared = await studentsToCompare(db, rules, students);
  await sql`
    create temp table unlike as
    with ${unlikeFacts(rules, compared)} select * from unlike`.execute(db);
  if (areFew(students)) return;
  await sql`create index on pg_temp.unlike (student_id, fact_key) where fact_key is not null`.execute(db);
  await sql`create index on pg_temp.unlike (standing_student, standing_key) where standing_key is not null`.execute(db);
  await sql`analyze pg_temp.unlike`.execute(db);
}

/** Whether a fact stands that is not so called for, or a called-for one does not stand. Needs `compareFacts`. */
export const isAnythingOdd = (db: Db): Promise<boolean> => isAny(db, "unlike");

/** A called-for fact `f` that stands just so. */
const standsSo = sql`not exists (
  select from pg_temp.unlike o where o.standing_student = f.student_id and o.standing_key = f.fact_key)`;

/** The facts that are called for, of the students that `which` (a condition over `f`) selects. Needs `compareFacts`. */
export const calledFacts = (which: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select ${columns("f")} from pg_temp.unlike f where f.fact_key is not null and ${which}
  union all
  select ${columns("f")} from timeback.processed_facts f where ${which} and ${standsSo})`;

/** The fact with this key that is called for, if one is: `xp_earned`, `date`, `app`. Needs `compareFacts`. */
export const calledFor = (student: RawBuilder<unknown>, key: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select f.xp_earned, f.date, f.app from pg_temp.unlike f where f.student_id = ${student} and f.fact_key = ${key}
  union all
  select f.xp_earned, f.date, f.app from timeback.processed_facts f where f.student_id = ${student} and f.fact_key = ${key}
    and ${standsSo})`;
