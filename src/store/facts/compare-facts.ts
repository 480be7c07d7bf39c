import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { columnsOf } from "../engine/column-list.js";
import type { Db } from "../engine/session.js";
import { emailOfFacts, FACT_COLUMNS, OWN_COLUMNS, VALUE_COLUMNS } from "./fact-columns.js";
import { derivedFacts, emailJoins, ownFacts } from "./fact-query.js";
import { areNamed, inPart, type StudentPart, type Students } from "./student-selection.js";

/** A 64-bit digest of a fact's columns, which keeps joins that compare facts narrow. Different facts collide with probability 2^-64. */
const digest = (alias: string, columns: readonly string[] = VALUE_COLUMNS): RawBuilder<unknown> =>
  sql`hash_record_extended(row(${columnsOf(`${alias}.`, columns)}), 0)`;

/** By student: the number of facts, and an order-independent digest of their keys and own columns. */
const byStudent = (alias: string): RawBuilder<unknown> => sql`
  ${sql.ref(`${alias}.student_id`)}, count(*) as facts,
  bit_xor(hashtextextended(${sql.ref(`${alias}.fact_key`)} collate "C", ${digest(alias, OWN_COLUMNS)})) as digest`;

/** A digest of an email that can be summed. */
const emailBits = (email: RawBuilder<unknown>): RawBuilder<unknown> => sql`hashtextextended(${email} collate "C", 0)`;

/** If more students than these differ, all students are compared fact by fact. */
const MOST_DIFFERING = 1_000;

/**
 * Students with at least one wrong fact (the first 1,001), found by count and digest per student. Shared columns are joined per
 * student, not per fact.
 */
async function studentsThatDiffer(db: Db, rules: FactRules, part: StudentPart): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with ${ownFacts(rules, part)},
    expected as (select ${byStudent("c")} from fact c group by 1),
    stored as (
      select ${byStudent("f")}, sum(${emailBits(sql`f.email`)}) as emails, count(*) filter (where f.time_zone = ${rules.zone}) as zoned
      from timeback.processed_facts f where true ${inPart(part, sql`f.student_id`)} group by 1)
    select coalesce(c.student_id, s.student_id) as id
    from expected c full join stored s on s.student_id = c.student_id
    ${emailJoins("c", part)}
    where (s.facts, s.zoned, s.digest, s.emails) is distinct from
      (c.facts, c.facts, c.digest, c.facts * ${emailBits(emailOfFacts)}::numeric) limit ${sql.lit(MOST_DIFFERING + 1)}`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

/**
 * Which of these students to compare fact by fact: those that differ by count or digest, or all if those are too many. Named students
 * are returned unchanged. Reads `resultLinks` (links.ts).
 */
export async function studentsToCompare(db: Db, rules: FactRules, students: Students): Promise<Students> {
  if (areNamed(students)) return students;
  const differing = await studentsThatDiffer(db, rules, students);
  return differing.length > MOST_DIFFERING ? students : differing;
}

/**
 * Common table expressions ending with `differing`: expected facts and the keys of the stored facts of these students
 * (`stored_student`, `stored_key`), where the two differ; one side is null if it has no counterpart. Reads `resultLinks` (links.ts).
 */
export const differingFacts = (rules: FactRules, students: Students): RawBuilder<unknown> => sql`
  ${derivedFacts(rules, students)},
  differing as materialized (
    select ${columnsOf("d.", FACT_COLUMNS)}, s.student_id as stored_student, s.fact_key as stored_key
    from (select c.*, ${digest("c")} as digest from derived c) d
    full join (
      select f.student_id, f.fact_key, ${digest("f")} as digest
      from timeback.processed_facts f where true ${inPart(students, sql`f.student_id`)}) s
      on s.student_id = d.student_id and s.fact_key = d.fact_key
    where s.digest is distinct from d.digest)`;

/** The stored fact of a row `u` of `differing`, looked up one by one, as they are few. */
export const storedFactOf: RawBuilder<unknown> = sql`lateral (
  select f.* from timeback.processed_facts f
  where f.student_id = u.stored_student and f.fact_key = u.stored_key offset 0)`;
