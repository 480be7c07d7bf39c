import { type RawBuilder, sql } from "kysely";
import { WorkError } from "../../errors.js";
import type { Db, Session } from "../engine/session.js";
import { readFrom } from "../runs/watermarks.js";
import { columnTypes, type ImportTable, importTables } from "./import-tables.js";

const SCHEMA = "oneroster";
const STAGING = "import_rows";
/** How far before its watermark the ETL reads by default: 7 days. */
const ETL_OVERLAP_SECONDS = 7 * 86_400;
/** An import without its own dates is dated by the analytics database's clock, in naive UTC. */
const NOW = sql`(now() at time zone 'utc')`;

/**
 * Makes sure that schema `oneroster` holds the tables that this program made.
 * @throws WorkError naming every column that is missing or of another type.
 */
export async function requireTargets(db: Db): Promise<void> {
  const { rows } = await sql<{ name: string; type: string }>`
    select c.relname || '.' || a.attname as name, format_type(a.atttypid, null) as type
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = ${SCHEMA} and c.relkind in ('r', 'p')`.execute(db);
  const found = new Map(rows.map(({ name, type }) => [name, type]));
  const faults = importTables.flatMap(({ name, columns }) =>
    Object.entries(columns)
      .filter(([column, kind]) => found.get(`${name}.${column}`) !== columnTypes[kind])
      .map(
        ([column, kind]) =>
          `${name}.${column} must be ${columnTypes[kind]}, is ${found.get(`${name}.${column}`) ?? "missing"}`,
      ),
  );
  if (faults.length > 0)
    throw new WorkError(`schema ${SCHEMA} was not made by timeback: ${faults.join("; ")} (nothing was written)`);
}

const typeOf = ({ columns }: ImportTable, column: string): RawBuilder<unknown> => {
  const kind = columns[column];
  if (kind === undefined) throw new Error(`no column ${column}`);
  return sql.raw(columnTypes[kind]);
};

/**
 * Opens the staging table of one file, for rows of `line` and the columns, and the list of the ids that it holds; both
 * are the session's own.
 */
export async function openImport(db: Db, table: ImportTable, columns: readonly string[]): Promise<void> {
  const defined = columns.map((column) => sql`${sql.ref(column)} ${typeOf(table, column)}`);
  await sql`drop table if exists pg_temp.${sql.ref(STAGING)}`.execute(db);
  await sql`create temp table ${sql.ref(STAGING)} (line bigint, ${sql.join(defined)})`.execute(db);
  await sql`create temp table if not exists import_seen (sourced_id text collate "C" primary key, line bigint)`.execute(
    db,
  );
  await sql`truncate pg_temp.import_seen`.execute(db);
}

/** Rows of one file on their way in. */
export interface ImportChunk {
  table: ImportTable;
  /** With `date_last_modified`, without `line`, which stands first in the text. */
  columns: readonly string[];
  /** COPY text. */
  text: string;
  /** Ids of rows that were rejected: the file holds them, so they are not missing from it. */
  rejectedIds: readonly string[];
}

/** A row whose id an earlier row of the file has. */
export interface DuplicateRow {
  sourcedId: string;
  line: number;
  first: number;
}

/** What became of a chunk. `late` counts changed rows that are dated before what the ETL will read again. */
export interface ImportedRows {
  inserted: number;
  updated: number;
  unchanged: number;
  late: number;
  duplicates: DuplicateRow[];
}

/** Upserts a chunk; rows whose content is the same are left untouched. Call it in a transaction. */
export async function landChunk(session: Session, chunk: ImportChunk): Promise<ImportedRows> {
  const { db } = session;
  const { table, columns } = chunk;
  const staged = await stage(session, chunk);
  await noteRejected(db, chunk.rejectedIds);
  const duplicates = await takeDuplicates(db);
  const unchanged = await takeUnchanged(db, table, columns);
  const done = { inserted: 0, updated: 0, unchanged, late: 0, duplicates };
  if (staged === unchanged + duplicates.length) return done;
  const { updated, late } = await countChanged(db, table);
  const written = await upsert(db, table, columns);
  return { ...done, inserted: written - updated, updated, late };
}

async function stage(session: Session, { columns, text }: ImportChunk): Promise<number> {
  await sql`truncate pg_temp.${sql.ref(STAGING)}`.execute(session.db);
  if (text === "") return 0;
  const rows = await session.copyIn(`pg_temp.${STAGING}`, ["line", ...columns], [text]);
  await sql`analyze pg_temp.${sql.ref(STAGING)}`.execute(session.db);
  return rows;
}

const noteRejected = (db: Db, ids: readonly string[]) =>
  sql`
  insert into pg_temp.import_seen (sourced_id)
  select distinct value from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) on conflict do nothing`.execute(
    db,
  );

/** The first row of an id stays; a rejected row is not the first. Reads no more of the list than the chunk's ids. */
async function takeDuplicates(db: Db): Promise<DuplicateRow[]> {
  const { rows } = await sql<{ sourcedId: string; line: string }>`
    with first as (
      insert into pg_temp.import_seen as s (sourced_id, line)
      select sourced_id, min(line) from pg_temp.${sql.ref(STAGING)} group by sourced_id
      on conflict (sourced_id) do update set line = excluded.line where s.line is null
      returning sourced_id, line)
    delete from pg_temp.${sql.ref(STAGING)} i
    where not exists (select from first where first.sourced_id = i.sourced_id and first.line = i.line)
    returning sourced_id as "sourcedId", line`.execute(db);
  if (rows.length === 0) return [];
  const first = await sql<{ id: string; line: string }>`
    select sourced_id as id, line from pg_temp.import_seen where sourced_id in (
      select value from jsonb_array_elements_text(${JSON.stringify(rows.map(({ sourcedId }) => sourcedId))}::jsonb))`.execute(
    db,
  );
  const lineOf = new Map(first.rows.map(({ id, line }) => [id, Number(line)]));
  return rows.map(({ sourcedId, line }) => ({ sourcedId, line: Number(line), first: lineOf.get(sourcedId) ?? 0 }));
}

const target = ({ name }: ImportTable) => sql.table(`${SCHEMA}.${name}`);
const columnsOf = (alias: string, columns: readonly string[]) =>
  sql.join(columns.map((column) => sql.ref(`${alias}.${column}`)));

const DATE = "date_last_modified";

/** A row that brings no date of its own is compared without it. */
async function takeUnchanged(db: Db, table: ImportTable, columns: readonly string[]): Promise<number> {
  const content = columns.filter((column) => column !== DATE);
  const { numAffectedRows } = await sql`
    delete from pg_temp.${sql.ref(STAGING)} i using ${target(table)} t
    where t.sourced_id = i.sourced_id and (i.date_last_modified is null or i.date_last_modified = t.date_last_modified)
      and (${columnsOf("t", content)}) is not distinct from (${columnsOf("i", content)})`.execute(db);
  return Number(numAffectedRows ?? 0);
}

async function countChanged(db: Db, table: ImportTable): Promise<{ updated: number; late: number }> {
  const readAgain = await readFrom(db, table.name, ETL_OVERLAP_SECONDS);
  const { rows } = await sql<{ updated: string; late: string }>`
    select count(t.sourced_id) as updated, count(*) filter (where i.date_last_modified < ${readAgain}::timestamp) as late
    from pg_temp.${sql.ref(STAGING)} i left join ${target(table)} t on t.sourced_id = i.sourced_id`.execute(db);
  return { updated: Number(rows[0]?.updated ?? 0), late: Number(rows[0]?.late ?? 0) };
}

async function upsert(db: Db, table: ImportTable, columns: readonly string[]): Promise<number> {
  const set = columns.filter((column) => column !== "sourced_id");
  const values = columns.map((column) =>
    column === DATE ? sql`coalesce(${sql.ref(column)}, ${NOW})` : sql.ref(column),
  );
  const { numAffectedRows } = await sql`
    insert into ${target(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    select ${sql.join(values)} from pg_temp.${sql.ref(STAGING)}
    on conflict (sourced_id) do update
    set ${sql.join(set.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`))}`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** Marks the rows that the file does not hold as `tobedeleted`, dated now, and returns their number. */
export async function markMissing(db: Db, table: ImportTable): Promise<number> {
  const { numAffectedRows } = await sql`
    update ${target(table)} t set status = 'tobedeleted', date_last_modified = ${NOW}
    where status is distinct from 'tobedeleted'
      and not exists (select from pg_temp.import_seen s where s.sourced_id = t.sourced_id)`.execute(db);
  return Number(numAffectedRows ?? 0);
}
