import { sql } from "kysely";
import type { Db } from "./session.js";

/** A table is analyzed again once it has doubled. */
const GROWTH = 2;
const FIRST_LOOK_BLOCKS = 10;

/**
 * Analyzes those of these landed tables that have outgrown the planner's statistics; otherwise a join over the first million rows is
 * planned as if there were none. (The server's autovacuum runs minutes later; PGlite has none.)
 */
export async function analyzeGrown(db: Db, tables: readonly string[]): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c
    where c.oid = any(${tables.map((table) => `timeback.${table}`)}::regclass[]) and pg_relation_size(c.oid) > 0
      and pg_relation_size(c.oid) / current_setting('block_size')::int
        > case when c.relpages > 0 then c.relpages * ${GROWTH}::float8 else ${FIRST_LOOK_BLOCKS} end`.execute(db);
  for (const { name } of rows) await sql`analyze ${sql.table(`timeback.${name}`)}`.execute(db);
}
