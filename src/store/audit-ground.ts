import { sql } from "kysely";
import { listDerivedFacts } from "./derived-facts.js";
import { gatherAllLinkPairs, gatherLinkPairs } from "./link-pairs.js";
import { bestFirst, type FactRules } from "./linking.js";
import { touchScope } from "./recompute-scope.js";
import type { Session } from "./session.js";
import { ALL_STUDENTS } from "./student-part.js";
import { openTouched } from "./touched.js";

type Db = Session["db"];

/**
 * Makes what the structural checks compare the standing facts with, for the students asked for (null: everybody):
 * `pg_temp.derived_facts`, the facts that what is landed calls for, and `pg_temp.links` (`sourced_id`, `event_id`,
 * `student_id`, `rule`, ...), each linked result with its one event.
 */
export async function prepareGround(db: Db, rules: FactRules, students: readonly string[] | null): Promise<void> {
  await openTouched(db);
  const scope = students === null ? ALL_STUDENTS : "touched";
  if (students === null) await gatherAllLinkPairs(db, rules, ALL_STUDENTS);
  else {
    await touchScope(db, { students, from: null, to: null }, rules);
    await gatherLinkPairs(db, rules);
  }
  await sql`
    create temp table links as
    select * from (
      select p.*, row_number() over (partition by sourced_id order by ${bestFirst}) as rank from pg_temp.link_pairs p) ranked
    where rank = 1`.execute(db);
  await listDerivedFacts(db, rules, scope);
  await sql`create index on pg_temp.links (event_id)`.execute(db);
  await sql`create index on pg_temp.links (sourced_id)`.execute(db);
  await sql`create index on pg_temp.derived_facts (student_id, fact_key)`.execute(db);
  await sql`analyze pg_temp.links, pg_temp.derived_facts`.execute(db);
}
