import { createHash } from "node:crypto";
import type { FreshDatabase, Query } from "./engines.js";

/** What every table of schema timeback holds, as one hash a table; `except` names what may differ. */
export async function contentsOf(
  database: FreshDatabase,
  except: readonly string[] = [],
): Promise<Record<string, string>> {
  return database.session(async (query) => {
    const tables = await namesOfTables(query);
    const contents: [string, string][] = [];
    for (const table of tables.filter((name) => !except.includes(name))) {
      const [row] = await query(
        `select coalesce(string_agg(t::text, E'\\n' order by t::text), '') as text from timeback.${table} t`,
      );
      contents.push([table, createHash("sha1").update(String(row?.text)).digest("hex")]);
    }
    return Object.fromEntries(contents);
  });
}

async function namesOfTables(query: Query): Promise<string[]> {
  const rows = await query(
    "select table_name as name from information_schema.tables where table_schema = 'timeback' and table_type = 'BASE TABLE' order by 1",
  );
  return rows.map((row) => String(row.name));
}
