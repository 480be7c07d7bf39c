import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../../domain/rules/fact-rules.js";
import { columnsOf } from "../../engine/column-list.js";
import type { Db } from "../../engine/session.js";
import { madeTable } from "../../engine/temp-table.js";
import { differingFacts, studentsToCompare } from "../../facts/compare-facts.js";
import { FACT_COLUMNS } from "../../facts/fact-columns.js";
import { areFew, type Students } from "../../facts/student-selection.js";

/**
 * Differences between stored and expected facts: the expected fact (null columns if none is expected) and the key of the stored one
 * (null if none is stored).
 */
export const differencesByKey = madeTable("fact_differences_by_key", [...FACT_COLUMNS, "stored_student", "stored_key"]);

/**
 * Compares the stored facts of these students with the expected ones, and fills `differencesByKey` with those that differ, are
 * missing or are unexpected. Reads `resultLinks`.
 */
export async function compareFacts(db: Db, rules: FactRules, students: Students): Promise<void> {
  const compared = await studentsToCompare(db, rules, students);
  await differencesByKey.createFrom(sql`with ${differingFacts(rules, compared)} select * from differing`).execute(db);
  if (areFew(students)) return;
  await differencesByKey.index(db, ["student_id", "fact_key"], sql`fact_key is not null`);
  await differencesByKey.index(db, ["stored_student", "stored_key"], sql`stored_key is not null`);
  await differencesByKey.analyze(db);
}

/** Whether any stored fact differs from the expected one, is missing or is unexpected. */
export const isAnyDifference = (db: Db): Promise<boolean> => differencesByKey.isFilled(db);

/** Whether the stored fact `f` is the expected one. */
const isAsExpected = sql`not exists (
  select from ${differencesByKey} o where o.stored_student = f.student_id and o.stored_key = f.fact_key)`;

/** Columns of the expected facts that `which` (a condition over `f`) selects; most of them are read from equal stored facts. */
const expected = (columns: RawBuilder<unknown>, which: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select ${columns} from ${differencesByKey} f where f.fact_key is not null and ${which}
  union all
  select ${columns} from timeback.processed_facts f where ${which} and ${isAsExpected})`;

/** The expected facts that `which` (a condition over `f`) selects. */
export const expectedFacts = (which: RawBuilder<unknown>): RawBuilder<unknown> =>
  expected(columnsOf("f.", FACT_COLUMNS), which);

/** `xp_earned`, `date` and `app` of the expected fact with this key; no row if none is expected. */
export const expectedFact = (student: RawBuilder<unknown>, key: RawBuilder<unknown>): RawBuilder<unknown> =>
  expected(sql`f.xp_earned, f.date, f.app`, sql`f.student_id = ${student} and f.fact_key = ${key}`);
