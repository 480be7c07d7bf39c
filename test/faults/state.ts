import type { FreshDatabase, Query } from "../support/engines.js";

/** Who did it, when, and in what order: what two runs differ in that come to the same. */
const VOLATILE = [
  "run_id landed_run landed_ordinal made_run retired_run first_seen last_seen created_at updated_at made_at retired_at applied_at",
]
  .join(" ")
  .split(" ");
/** The run log, a secret made by chance, and what audits keep for speed: how often a student was marked is no matter. */
const OTHER = new Set(["runs", "redaction", "calibration_marks", "calibration_state", "calibration_students"]);

/** An event and its payload find each other by their place in the run that landed them. */
const PAYLOADS = `
  select md5(string_agg(concat_ws(' ', event_id, payload), E'\\n' order by event_id)) as hash
  from timeback.caliper_events left join timeback.caliper_payloads using (landed_run, landed_ordinal)`;

/** What a database holds, as text: a line for each table with its rows and their hash, then the hash of the facts. */
export function stateOf(database: FreshDatabase): Promise<string[]> {
  return database.session(async (query) => {
    const lines: string[] = [];
    for (const table of await tablesOf(query)) {
      const [row] = await query(
        `select count(*) as rows, md5(coalesce(string_agg(text, E'\\n' order by text collate "C"), '')) as hash
         from (select (to_jsonb(t) - $1::text[])::text as text from timeback.${table} t) held`,
        [VOLATILE],
      );
      lines.push(`${table}: ${row?.rows} rows, ${row?.hash}`);
    }
    const [payloads] = await query(PAYLOADS);
    const [facts] = await query("select checksum from timeback.facts_checksum");
    return [
      ...lines,
      `payloads of events: ${payloads?.hash}`,
      `facts_checksum: ${facts?.checksum}`,
      `schema: ${await schemaOf(query)}`,
    ];
  });
}

async function tablesOf(query: Query): Promise<string[]> {
  const rows = await query(
    "select table_name as name from information_schema.tables where table_schema = 'timeback' and table_type = 'BASE TABLE' order by 1",
  );
  return rows.map(({ name }) => String(name)).filter((name) => !OTHER.has(name));
}

/** Every column, index, constraint and view of the program's schemas. */
async function schemaOf(query: Query): Promise<string> {
  const [row] = await query(`
    select md5(string_agg(part, E'\\n' order by part collate "C")) as hash from (
      select concat_ws(' ', table_schema, table_name, column_name, data_type, column_default, is_nullable)
      from information_schema.columns where table_schema in ('timeback', 'oneroster')
      union all select indexdef from pg_indexes where schemaname in ('timeback', 'oneroster')
      union all select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
        where connamespace in (select oid from pg_namespace where nspname in ('timeback', 'oneroster'))
      union all select viewname || definition from pg_views where schemaname in ('timeback', 'oneroster')
    ) parts (part)`);
  return String(row?.hash);
}
