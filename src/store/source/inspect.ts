import { sql } from "kysely";
import { WorkError } from "../../errors.js";
import { type Mutex, mutex } from "../../flow/mutex.js";
import type { Session } from "../engine/session.js";
import { type SourceColumns, type SourceTable, sourceTables } from "./tables.js";

/** An inspected, readable OneRoster source. */
export interface Source {
  session: Session;
  /** Serialises statements: pages and ends of batches are requested concurrently over one connection. */
  mutex: Mutex;
  schema: string;
  /** The source's clock at the start of the run, as its own text (naive UTC, microseconds); rows dated later are left for a later run. */
  clock: string;
  tables: ReadonlyMap<string, SourceColumns>;
  /** Optional tables that the source lacks. */
  missing: readonly SourceTable[];
}

interface ColumnRow {
  table_name: string;
  column_name: string;
  data_type: string;
  readable: boolean;
}

async function visibleColumns({ db }: Session, schema: string): Promise<ColumnRow[]> {
  const { rows } = await sql<ColumnRow>`
    select c.relname as table_name, a.attname as column_name,
      case when t.typelem <> 0 and t.typcategory = 'A' then 'ARRAY' else format_type(a.atttypid, null) end as data_type,
      has_schema_privilege(n.oid, 'usage') and has_column_privilege(c.oid, a.attnum, 'select') as readable
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    where n.nspname = ${schema} and c.relkind in ('r', 'v', 'm', 'p', 'f')
      and c.relname in (${sql.join(sourceTables.map(({ name }) => name))})`.execute(db);
  return rows;
}

/** The columns that reading the table needs, if they were all readable. */
function columnsRead(table: SourceTable, columns: readonly ColumnRow[]): Set<string> {
  const all = new Map(columns.map((column) => [column.column_name, column.data_type]));
  const statement = Object.values(table.select(all)).join(" ");
  const named = [...statement.matchAll(/\bs\.([a-z_]+)/g)].map((match) => match[1] ?? "");
  return new Set([...table.needs, "date_last_modified", ...named]);
}

/** One line that names every fault of a table; undefined if it is readable. */
function tableFault(table: SourceTable, schema: string, columns: readonly ColumnRow[]): string | undefined {
  const name = `${schema}.${table.name}`;
  if (columns.length === 0) return table.required ? `table ${name} is missing` : undefined;
  const missing = table.needs.filter((need) => !columns.some((column) => column.column_name === need));
  if (missing.length > 0) return `table ${name} has no column ${missing.join(", ")}`;
  const used = columnsRead(table, columns);
  const closed = columns.filter((column) => used.has(column.column_name) && !column.readable);
  return closed.length > 0
    ? `no permission to read ${name} (${closed.map((c) => c.column_name).join(", ")}): grant select on it`
    : undefined;
}

/**
 * Inspects the source before anything is written.
 * @throws WorkError naming, in one line, every table, column or permission that is missing.
 */
export async function inspectSource(session: Session, schema: string): Promise<Source> {
  const found = await visibleColumns(session, schema);
  const of = (table: SourceTable) => found.filter((column) => column.table_name === table.name);
  const faults = sourceTables
    .map((table) => tableFault(table, schema, of(table)))
    .filter((fault) => fault !== undefined);
  if (faults.length > 0)
    throw new WorkError(`the OneRoster source cannot be read: ${faults.join("; ")} (nothing was written)`);
  const { rows } = await sql<{ clock: string }>`select (clock_timestamp() at time zone 'UTC')::text as clock`.execute(
    session.db,
  );
  const tables = sourceTables.map((table): [string, SourceColumns] => [
    table.name,
    new Map(
      of(table)
        .filter((column) => column.readable)
        .map((column) => [column.column_name, column.data_type]),
    ),
  ]);
  const missing = sourceTables.filter((table) => of(table).length === 0);
  return { session, mutex: mutex(), schema, clock: rows[0]?.clock ?? "", tables: new Map(tables), missing };
}

/** The columns that the source has of a table. */
export const columnsOf = (source: Source, table: SourceTable): SourceColumns =>
  source.tables.get(table.name) ?? new Map();

/** The columns of a page in its COPY text: `read_at`, then those of the landed table that are read. */
export const pageColumns = (table: SourceTable): string[] => [
  "read_at",
  "sourced_id",
  "date_last_modified",
  ...Object.keys(table.select(new Map())),
];
