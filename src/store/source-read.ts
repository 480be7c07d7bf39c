import { sql } from "kysely";
import pg from "pg";
import { WorkError } from "../errors.js";
import { readCopyValue } from "./copy-text.js";
import { explained } from "./explain.js";
import { patiently } from "./patience.js";
import type { Session } from "./session.js";
import { asInstant, type SourceColumns, type SourceTable, sourceTables } from "./source-tables.js";
import { quotePart } from "./sql-session.js";

/** A OneRoster source that was looked at and can be read. */
export interface Source {
  session: Session;
  schema: string;
  /** The source's clock at the start of the run, as its own text (naive UTC, microseconds): rows dated later wait. */
  clock: string;
  tables: ReadonlyMap<string, SourceColumns>;
  /** Optional tables that the source does not have. */
  missing: readonly SourceTable[];
}

/** Place in a table that is read in the order of (date_last_modified, sourced_id); texts of the source. */
export interface Keyset {
  dateLastModified: string;
  sourcedId: string;
}

/** Some rows of a table as COPY text, for the columns `pageColumns`. */
export interface Page {
  /** Parts, cut anywhere; held until they are landed and committed. */
  rows: readonly Buffer[];
  last: Keyset;
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

/** The columns that a reading of the table would look at, were all of them readable. */
function columnsRead(table: SourceTable, columns: readonly ColumnRow[]): Set<string> {
  const all = new Map(columns.map((column) => [column.column_name, column.data_type]));
  const statement = Object.values(table.select(all)).join(" ");
  const named = [...statement.matchAll(/\bs\.([a-z_]+)/g)].map((match) => match[1] ?? "");
  return new Set([...table.needs, "date_last_modified", ...named]);
}

/** One line that names every fault of a table; undefined where it can be read. */
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
 * Looks at the source before anything is written.
 * @throws WorkError naming, in one line, every table, column or permission that is wanting.
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
  return { session, schema, clock: rows[0]?.clock ?? "", tables: new Map(tables), missing };
}

const columnsOf = (source: Source, table: SourceTable): SourceColumns => source.tables.get(table.name) ?? new Map();

/** Target columns of a page, in the order of its COPY text. */
export const pageColumns = (source: Source, table: SourceTable): string[] => [
  "read_at",
  "sourced_id",
  "date_last_modified",
  ...Object.keys(table.select(columnsOf(source, table))),
];

interface PageRequest {
  where: string;
  order: string;
  limit: number;
}

/** Every page costs a look at all that is landed: when there are more of them, they hold more. */
const LATER_PAGES = 2;

async function readPage(
  source: Source,
  table: SourceTable,
  { where, order, limit }: PageRequest,
): Promise<Page | undefined> {
  const has = columnsOf(source, table);
  const dated = has.has("date_last_modified");
  const select = [
    dated ? "s.date_last_modified::timestamp::text" : "null",
    "s.sourced_id",
    dated ? asInstant("date_last_modified", has) : "null",
    ...Object.values(table.select(has)),
  ];
  const statement = `select ${select.join(", ")} from ${quotePart(source.schema)}.${quotePart(table.name)} s
    where ${where} order by ${order} limit ${limit}`;
  const { session } = source;
  const read = () => allOf(session.copyOut(statement));
  const rows = await explained("the OneRoster source", () => patiently(session, read));
  return rows.length === 0 ? undefined : { rows, last: lastKey(rows) };
}

async function allOf(parts: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const part of parts) chunks.push(part);
  return chunks;
}

const NEWLINE = 10;

/** The text after the last newline but one, which may begin some parts before the end. */
function lastRow(parts: readonly Buffer[]): string {
  let tail: Buffer = Buffer.alloc(0);
  for (const part of [...parts].reverse()) {
    tail = Buffer.concat([part, tail]);
    const end = tail.lastIndexOf(NEWLINE, tail.length - 2);
    if (end >= 0) return tail.toString("utf8", end + 1);
  }
  return tail.toString("utf8");
}

function lastKey(parts: readonly Buffer[]): Keyset {
  const [dateLastModified = "", sourcedId = ""] = lastRow(parts).split("\t", 2);
  return { dateLastModified, sourcedId: readCopyValue(sourcedId) ?? "" };
}

const literal = (text: string): string => pg.escapeLiteral(text);
const stamp = (text: string): string => `${literal(text)}::timestamp`;

/**
 * Rows modified from `from` (null: ever) to the source's clock, in keyset order. Each page is one statement, so a row
 * that changes while its table is paged is read again by the next run.
 */
export async function* modifiedPages(
  source: Source,
  table: SourceTable,
  from: string | null,
  limit: number,
): AsyncGenerator<Page> {
  if (!columnsOf(source, table).has("date_last_modified")) return;
  const key = "(s.date_last_modified, s.sourced_id)";
  const upTo = `s.date_last_modified <= ${stamp(source.clock)}`;
  let where = from === null ? upTo : `s.date_last_modified >= ${stamp(from)} and ${upTo}`;
  for (let rows = limit; ; rows = limit * LATER_PAGES) {
    const page = await readPage(source, table, { where, order: "s.date_last_modified, s.sourced_id", limit: rows });
    if (!page) return;
    yield page;
    where = `${key} > (${stamp(page.last.dateLastModified)}, ${literal(page.last.sourcedId)}) and ${upTo}`;
  }
}

/** Rows that no watermark can hold: without a date, dated after the source's clock, or of a table without dates. Read in every run. */
export async function* undatedPages(source: Source, table: SourceTable, limit: number): AsyncGenerator<Page> {
  const undated = columnsOf(source, table).has("date_last_modified")
    ? `(s.date_last_modified is null or s.date_last_modified > ${stamp(source.clock)})`
    : "true";
  let where = undated;
  for (;;) {
    const page = await readPage(source, table, { where, order: "s.sourced_id", limit });
    if (!page) return;
    yield page;
    where = `${undated} and s.sourced_id > ${literal(page.last.sourcedId)}`;
  }
}
