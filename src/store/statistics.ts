import { sql } from "kysely";
import type { Session } from "./session.js";

/** A table is looked at again when it has doubled since the last time. */
const GROWTH = 2;
const FIRST_LOOK_BLOCKS = 10;

/**
 * Renews the planner's statistics of landed tables that a bulk load has outgrown: without them a join over the first
 * million rows is planned as if there were none. (The server's own autovacuum comes minutes later; PGlite has none.)
 */
export async function analyzeGrown(db: Session["db"], tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const { rows } = await sql<{ grown: boolean }>`
      select pg_relation_size(c.oid) > 0 and
        (case when c.relpages > 0 then c.relpages * ${GROWTH}::float8 < pg_relation_size(c.oid) / current_setting('block_size')::int
          else pg_relation_size(c.oid) / current_setting('block_size')::int > ${FIRST_LOOK_BLOCKS} end) as grown
      from pg_class c where c.oid = ${`timeback.${table}`}::regclass`.execute(db);
    if (rows[0]?.grown) await sql`analyze ${sql.table(`timeback.${table}`)}`.execute(db);
  }
}
