import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { Db } from "../engine/session.js";
import { columnsOf, emailOfFacts, FACT_COLUMNS, OWN_COLUMNS, VALUE_COLUMNS } from "./fact-columns.js";
import { derivedFacts, emailJoins, ownFacts } from "./fact-query.js";
import { areNamed, inPart, type StudentPart, type Students } from "./student-selection.js";

/**
 * What columns of a fact say, as 64 bits: so much less to carry through a join that two facts of one key are compared by it.
 * That two that differ have the same one happens once in 2^64 times.
 */
const digest = (alias: string, columns: readonly string[] = VALUE_COLUMNS): RawBuilder<unknown> =>
  sql`hash_record_extended(row(${columnsOf(`${alias}.`, columns)}), 0)`;

/** How many facts each student has, and what all of them say, keys and own values, in 64 bits: whatever their order. */
const byStudent = (alias: string): RawBuilder<unknown> => sql`
  ${sql.ref(`${alias}.student_id`)}, count(*) as facts,
  bit_xor(hashtextextended(${sql.ref(`${alias}.fact_key`)} collate "C", ${digest(alias, OWN_COLUMNS)})) as digest`;

/** An email, in 64 bits that can be summed up. */
const emailBits = (email: RawBuilder<unknown>): RawBuilder<unknown> => sql`hashtextextended(${email} collate "C", 0)`;

/** More students than these are not looked at apart from the others. */
const MOST_APART = 1_000;

/**
 * The students of a part whose facts are not, all of them, those that are called for; of more than `MOST_APART` some. What all
 * facts of a student have in common is joined to what they come to, not to each of them.
 */
async function studentsUnlike(db: Db, rules: FactRules, part: StudentPart): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with ${ownFacts(rules, part)},
    called as (select ${byStudent("c")} from fact c group by 1),
    standing as (
      select ${byStudent("f")}, sum(${emailBits(sql`f.email`)}) as emails, count(*) filter (where f.time_zone = ${rules.zone}) as zoned
      from timeback.processed_facts f where true ${inPart(part, sql`f.student_id`)} group by 1)
    select coalesce(c.student_id, s.student_id) as id
    from called c full join standing s on s.student_id = c.student_id
    ${emailJoins("c", part)}
    where (s.facts, s.zoned, s.digest, s.emails) is distinct from
      (c.facts, c.facts, c.digest, c.facts * ${emailBits(emailOfFacts)}::numeric) limit ${sql.lit(MOST_APART + 1)}`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/**
 * Those of these students whose facts must be compared one by one: of most, all facts are as they should be, and that is told
 * by student. Needs `gatherLinks`.
 */
export async function studentsToCompare(db: Db, rules: FactRules, students: Students): Promise<Students> {
  if (areNamed(students)) return students;
  const unlike = await studentsUnlike(db, rules, students);
  return unlike.length > MOST_APART ? students : unlike;
}

/**
 * The common table expressions that end with `unlike`: the facts that are called for, in their columns, and the keys of the
 * facts of these students that stand (`standing_student`, `standing_key`), side by side where they are not the same; one of
 * the two is null where the other has none. Needs `gatherLinks`.
 */
export const unlikeFacts = (rules: FactRules, students: Students): RawBuilder<unknown> => sql`
  ${derivedFacts(rules, students)},
  unlike as materialized (
    select ${columnsOf("d.", FACT_COLUMNS)}, s.student_id as standing_student, s.fact_key as standing_key
    from (select c.*, ${digest("c")} as digest from derived c) d
    full join (
      select f.student_id, f.fact_key, ${digest("f")} as digest
      from timeback.processed_facts f where true ${inPart(students, sql`f.student_id`)}) s
      on s.student_id = d.student_id and s.fact_key = d.fact_key
    where s.digest is distinct from d.digest)`;

/** The fact that stands under the key in a row `u` of `unlike`: looked up one by one, for they are few. */
export const standingOf: RawBuilder<unknown> = sql`lateral (
  select f.* from timeback.processed_facts f
  where f.student_id = u.standing_student and f.fact_key = u.standing_key offset 0)`;
