import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { columnsOf } from "../engine/column-list.js";
import type { Db } from "../engine/session.js";
import { madeTable } from "../engine/temp-table.js";
import { affectedKeys } from "./affected.js";
import { differingFacts, storedFactOf } from "./compare-facts.js";
import { FACT_COLUMNS, factsDiffer } from "./fact-columns.js";
import { type AffectedScope, derivedFacts } from "./fact-query.js";
import type { Students } from "./student-selection.js";

/**
 * Facts in scope to write: expected facts that differ from the stored ones or are new (`stored` false), and stored facts that are no
 * longer expected (`gone`).
 */
export const factDifferences = madeTable("fact_differences", [...FACT_COLUMNS, "stored", "gone"]);

/** The stored fact with the key of a row under this alias, looked up by index however many facts there are. */
const storedFactUnder = (alias: string): RawBuilder<unknown> => sql`lateral (
  select f.* from timeback.processed_facts f
  where f.student_id = ${sql.ref(`${alias}.student_id`)} and f.fact_key = ${sql.ref(`${alias}.fact_key`)} offset 0)`;

/**
 * The rows of `factDifferences` for what is affected, from `linkPairs`. In key order, so that reads and writes hit neighbouring
 * places of the index.
 */
export const affectedDifferences = (rules: FactRules, scope: AffectedScope): RawBuilder<unknown> => sql`
  with ${derivedFacts(rules, scope)}
  select ${columnsOf("d.", FACT_COLUMNS)}, s.fact_key is not null as stored, false as gone
  from (select * from derived order by student_id, fact_key offset 0) d
  left join ${storedFactUnder("d")} s on true
  where s.fact_key is null or ${factsDiffer("s", "d")}
  union all
  select ${columnsOf("s.", FACT_COLUMNS)}, true, true
  from ${affectedKeys} k cross join ${storedFactUnder("k")} s
  left join derived d on d.student_id = s.student_id and d.fact_key = s.fact_key
  where d.fact_key is null`;

/** The rows of `factDifferences` for these students, from `resultLinks`. */
export const differencesOf = (rules: FactRules, students: Students): RawBuilder<unknown> => sql`
  with ${differingFacts(rules, students)}
  select ${columnsOf("u.", FACT_COLUMNS)}, u.stored_key is not null as stored, false as gone
  from differing u where u.fact_key is not null
  union all
  select ${columnsOf("s.", FACT_COLUMNS)}, true, true
  from differing u cross join ${storedFactOf} s where u.fact_key is null`;

/** Creates `factDifferences` from these rows. */
export async function listDifferences(db: Db, differences: RawBuilder<unknown>): Promise<void> {
  await sql`drop table if exists ${factDifferences}`.execute(db);
  await factDifferences.createFrom(differences).execute(db);
}

/** How many facts `factDifferences` inserts, updates and deletes. */
export async function countDifferences(db: Db): Promise<{ inserted: number; updated: number; deleted: number }> {
  const { rows } = await sql<Record<"inserted" | "updated" | "deleted", string>>`
    select count(*) filter (where not stored) as inserted, count(*) filter (where stored and not gone) as updated,
      count(*) filter (where gone) as deleted from ${factDifferences}`.execute(db);
  const [counts] = rows;
  return {
    inserted: Number(counts?.inserted ?? 0),
    updated: Number(counts?.updated ?? 0),
    deleted: Number(counts?.deleted ?? 0),
  };
}
