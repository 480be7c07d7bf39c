import { sql } from "kysely";
import { bestLinks, gatherAllLinkPairs, PAIR_COLUMNS } from "./link-pairs.js";
import type { FactRules } from "./linking.js";
import type { Session } from "./session.js";
import { areFew, type Students } from "./student-part.js";

type Db = Session["db"];

/**
 * Makes `pg_temp.links` (`sourced_id`, `event_id`, `student_id`, `rule`, ...), each linked result of these students with
 * its one event, and `pg_temp.link_pairs`, the candidates. Links never leave a student.
 */
export async function gatherLinks(db: Db, rules: FactRules, students: Students): Promise<void> {
  await gatherAllLinkPairs(db, rules, students);
  await sql`
    create temp table links as with ${bestLinks} select ${PAIR_COLUMNS} from link`.execute(db);
  if (!areFew(students)) await sql`analyze pg_temp.links`.execute(db);
}
