import { sql } from "kysely";
import { IMPORTED_SCHEMA, OVERLAP_DAYS } from "../../domain/rules/oneroster-source.js";
import { WorkError } from "../../errors.js";
import { columnsOf } from "../engine/column-list.js";
import type { Db, Session } from "../engine/session.js";
import { BYTES, openEmpty, type TempTable, tempTable } from "../engine/temp-table.js";
import { readFrom } from "../runs/watermarks.js";
import { columnTypes, type ImportTable, importTables } from "./import-tables.js";

const SECONDS_OF_A_DAY = 86_400;
/** Rows without a date are dated by the analytics database's clock, in naive UTC. */
const NOW = sql`(now() at time zone 'utc')`;

/** Ensures that schema `oneroster` has the expected tables. @throws WorkError naming every column that is missing or of another type */
export async function requireTargets(db: Db): Promise<void> {
  const { rows } = await sql<{ name: string; type: string }>`
    select c.relname || '.' || a.attname as name, format_type(a.atttypid, null) as type
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = ${IMPORTED_SCHEMA} and c.relkind in ('r', 'p')`.execute(db);
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
    throw new WorkError(
      `schema ${IMPORTED_SCHEMA} was not made by timeback: ${faults.join("; ")} (nothing was written)`,
    );
}

/** Staging table of a chunk: `line`, and these columns of the table. */
const stagingOf = ({ columns }: ImportTable, names: readonly string[]): TempTable =>
  tempTable("import_rows", {
    line: "bigint",
    ...Object.fromEntries(names.map((name) => [name, columnTypes[columns[name] ?? "text"]])),
  });

/** The ids in a file, with the line of their first row; null if that row was rejected. */
const importSeen = tempTable("import_seen", { sourced_id: BYTES, line: "bigint" }, ["sourced_id"]);

/** Creates the staging table of a file with these columns, and empties `importSeen`. */
export async function openImport(db: Db, table: ImportTable, columns: readonly string[]): Promise<void> {
  const staging = stagingOf(table, columns);
  await sql`drop table if exists ${staging}`.execute(db);
  await staging.create(db);
  await openEmpty(db, importSeen);
}

/** Incoming rows of one file. */
export interface ImportChunk {
  table: ImportTable;
  /** With `date_last_modified`, without `line`, which comes first in the text. */
  columns: readonly string[];
  /** COPY text. */
  text: string;
  /** Ids of rejected rows: the file contains them, so they are not missing from it. */
  rejectedIds: readonly string[];
}

/** A row with the id of an earlier row of the file. */
export interface DuplicateRow {
  sourcedId: string;
  line: number;
  first: number;
}

/** Outcome of a chunk. `late`: changed rows dated before the window that the ETL will read again. */
export interface ImportedRows {
  inserted: number;
  updated: number;
  unchanged: number;
  late: number;
  duplicates: DuplicateRow[];
}

/** Upserts a chunk; rows with equal content are not written. Call it in a transaction. */
export async function landChunk(session: Session, chunk: ImportChunk): Promise<ImportedRows> {
  const { db } = session;
  const { table, columns } = chunk;
  const staging = stagingOf(table, columns);
  const staged = await stage(session, staging, chunk.text);
  await noteRejected(db, chunk.rejectedIds);
  const duplicates = await removeDuplicates(db, staging);
  const unchanged = await removeUnchanged(db, staging, table, columns);
  const done = { inserted: 0, updated: 0, unchanged, late: 0, duplicates };
  if (staged === unchanged + duplicates.length) return done;
  const { updated, late } = await countChanged(db, staging, table);
  const written = await upsert(db, staging, table, columns);
  return { ...done, inserted: written - updated, updated, late };
}

async function stage(session: Session, staging: TempTable, text: string): Promise<number> {
  await sql`truncate ${staging}`.execute(session.db);
  if (text === "") return 0;
  const rows = await session.copyIn(staging.path, staging.columns, [text]);
  await staging.analyze(session.db);
  return rows;
}

const noteRejected = (db: Db, ids: readonly string[]) =>
  sql`
  insert into ${importSeen} (sourced_id)
  select distinct value from jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb) on conflict do nothing`.execute(
    db,
  );

/**
 * Removes all but the first row of each id from staging; rejected rows do not count as first. Reads only the chunk's ids of
 * `importSeen`.
 */
async function removeDuplicates(db: Db, staging: TempTable): Promise<DuplicateRow[]> {
  const { rows } = await sql<{ sourcedId: string; line: string }>`
    with first as (
      insert into ${importSeen} as s (sourced_id, line)
      select sourced_id, min(line) from ${staging} group by sourced_id
      on conflict (sourced_id) do update set line = excluded.line where s.line is null
      returning sourced_id, line)
    delete from ${staging} i
    where not exists (select from first where first.sourced_id = i.sourced_id and first.line = i.line)
    returning sourced_id as "sourcedId", line`.execute(db);
  if (rows.length === 0) return [];
  const first = await sql<{ id: string; line: string }>`
    select sourced_id as id, line from ${importSeen} where sourced_id in (
      select value from jsonb_array_elements_text(${JSON.stringify(rows.map(({ sourcedId }) => sourcedId))}::jsonb))`.execute(
    db,
  );
  const lineOf = new Map(first.rows.map(({ id, line }) => [id, Number(line)]));
  return rows.map(({ sourcedId, line }) => ({ sourcedId, line: Number(line), first: lineOf.get(sourcedId) ?? 0 }));
}

const target = ({ name }: ImportTable) => sql.table(`${IMPORTED_SCHEMA}.${name}`);

const DATE = "date_last_modified";

/** Removes unchanged rows from staging; a row without a date is compared without it. */
async function removeUnchanged(
  db: Db,
  staging: TempTable,
  table: ImportTable,
  columns: readonly string[],
): Promise<number> {
  const content = columns.filter((column) => column !== DATE);
  const { numAffectedRows } = await sql`
    delete from ${staging} i using ${target(table)} t
    where t.sourced_id = i.sourced_id and (i.date_last_modified is null or i.date_last_modified = t.date_last_modified)
      and (${columnsOf("t.", content)}) is not distinct from (${columnsOf("i.", content)})`.execute(db);
  return Number(numAffectedRows ?? 0);
}

async function countChanged(
  db: Db,
  staging: TempTable,
  table: ImportTable,
): Promise<{ updated: number; late: number }> {
  const readAgain = await readFrom(db, table.name, OVERLAP_DAYS * SECONDS_OF_A_DAY);
  const { rows } = await sql<{ updated: string; late: string }>`
    select count(t.sourced_id) as updated, count(*) filter (where i.date_last_modified < ${readAgain}::timestamp) as late
    from ${staging} i left join ${target(table)} t on t.sourced_id = i.sourced_id`.execute(db);
  return { updated: Number(rows[0]?.updated ?? 0), late: Number(rows[0]?.late ?? 0) };
}

async function upsert(db: Db, staging: TempTable, table: ImportTable, columns: readonly string[]): Promise<number> {
  const set = columns.filter((column) => column !== "sourced_id");
  const values = columns.map((column) =>
    column === DATE ? sql`coalesce(${sql.ref(column)}, ${NOW})` : sql.ref(column),
  );
  const { numAffectedRows } = await sql`
    insert into ${target(table)} (${columnsOf("", columns)})
    select ${sql.join(values)} from ${staging}
    on conflict (sourced_id) do update
    set ${sql.join(set.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`))}`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** Marks the rows that the file lacks as `tobedeleted`, dated now, and returns their number. */
export async function markMissing(db: Db, table: ImportTable): Promise<number> {
  const { numAffectedRows } = await sql`
    update ${target(table)} t set status = 'tobedeleted', date_last_modified = ${NOW}
    where status is distinct from 'tobedeleted'
      and not exists (select from ${importSeen} s where s.sourced_id = t.sourced_id)`.execute(db);
  return Number(numAffectedRows ?? 0);
}
