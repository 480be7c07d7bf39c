import { sql } from "kysely";
import { gatherAllLinkPairs } from "./link-pairs.js";
import { bestFirst, type FactRules } from "./linking.js";
import type { Session } from "./session.js";
import { areFew, type Students } from "./student-part.js";

type Db = Session["db"];

/**
 * Makes `pg_temp.links` (`sourced_id`, `event_id`, `student_id`, `rule`, ...), each linked result of these students with
 * its one event, and `pg_temp.link_pairs`, the candidates. Links never leave a student. Most results have one candidate:
 * only the others are sorted.
 */
export async function gatherLinks(db: Db, rules: FactRules, students: Students): Promise<void> {
  await gatherAllLinkPairs(db, rules, students);
  await sql`
    create temp table links as
    with contested as (select sourced_id from pg_temp.link_pairs group by sourced_id having count(*) > 1)
    select * from pg_temp.link_pairs where sourced_id not in (select sourced_id from contested)
    union all
    (select distinct on (sourced_id) * from pg_temp.link_pairs where sourced_id in (select sourced_id from contested)
    order by sourced_id, ${bestFirst})`.execute(db);
  if (!areFew(students)) await sql`analyze pg_temp.links`.execute(db);
}
