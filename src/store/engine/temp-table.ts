import { type RawBuilder, sql } from "kysely";
import { copyRow } from "../copy/text-rows.js";
import { columnsOf } from "./column-list.js";
import type { Db, Session } from "./session.js";

type Cell = Parameters<typeof copyRow>[0][number];

/** Text compared byte by byte, as ids and names are. */
export const BYTES = 'text collate "C"';

const list = (names: readonly string[]): RawBuilder<unknown> => columnsOf("", names);

/**
 * A table of the session, `pg_temp.<name>`, declared once, by the module that fills it. A module that reads it imports it and writes
 * `${table}` into its SQL, so the import shows what must have been filled before.
 */
export class TempTable<Column extends string = string> {
  constructor(
    readonly name: string,
    readonly columns: readonly Column[],
    /** The column definitions, if created empty; null for a table made by a query only. */
    private readonly definition: RawBuilder<unknown> | null = null,
  ) {}

  /** Lets `${table}` be written in SQL. */
  toOperationNode = () => sql.table(`pg_temp.${this.name}`).toOperationNode();

  /** Creates it empty. */
  create(db: Db, { ifMissing = false } = {}): Promise<unknown> {
    const { definition, name } = this;
    if (definition === null) throw new Error(`${name} is made by a query`);
    return sql`create temp table ${ifMissing ? sql`if not exists ` : sql``}${sql.id(name)} ${definition}`.execute(db);
  }

  /** Creates it from a query, which must have its columns. */
  createFrom(query: RawBuilder<unknown>): RawBuilder<unknown> {
    return sql`create temp table ${sql.id(this.name)} as select ${list(this.columns)} from (${query}) made`;
  }

  /** Adds rows. */
  async add(session: Session, rows: readonly Readonly<Record<Column, Cell>>[]): Promise<void> {
    const lines = rows.map((row) => copyRow(this.columns.map((column) => row[column])));
    if (lines.length > 0) await session.copyIn(this.path, this.columns, lines);
  }

  /** Adds the rows of the table of the same name in another session. */
  addFrom(session: Session, other: Session): Promise<number> {
    return session.copyIn(
      this.path,
      this.columns,
      other.copyOut(`select ${this.columns.join(", ")} from ${this.path}`),
    );
  }

  /** Its name, for COPY. */
  get path(): string {
    return `pg_temp.${this.name}`;
  }

  /** Indexes these columns, for the rows that `where` selects. */
  index(db: Db, columns: readonly Column[], where?: RawBuilder<unknown>): Promise<unknown> {
    return sql`create index on ${this} (${list(columns)})${where ? sql` where ${where}` : sql``}`.execute(db);
  }

  analyze(db: Db): Promise<unknown> {
    return sql`analyze ${this}`.execute(db);
  }

  /** Whether it has any row. */
  async isFilled(db: Db): Promise<boolean> {
    const { rows } = await sql<{ any: boolean }>`select exists (select from ${this}) as any`.execute(db);
    return rows[0]?.any === true;
  }
}

/** A table with these columns (name and type), and its primary key, if it has one. */
export function tempTable<Column extends string>(
  name: string,
  types: Readonly<Record<Column, string>>,
  key: readonly NoInfer<Column>[] = [],
): TempTable<Column> {
  const columns = Object.keys(types) as Column[];
  const parts = columns.map((column) => sql`${sql.ref(column)} ${sql.raw(types[column])}`);
  if (key.length > 0) parts.push(sql`primary key (${list(key)})`);
  return new TempTable(name, columns, sql`(${sql.join(parts)})`);
}

/** A table with these columns that `createFrom` makes; the query determines their types. */
export const madeTable = <Column extends string>(name: string, columns: readonly Column[]): TempTable<Column> =>
  new TempTable(name, columns);

/** A table with these columns, and their types, of a stored table or a query over one. */
export const tableLike = <Column extends string>(
  name: string,
  columns: readonly Column[],
  like: RawBuilder<unknown>,
): TempTable<Column> => new TempTable(name, columns, sql`as select ${list(columns)} from ${like} with no data`);

/** Creates missing tables and empties all: for tables filled anew in every transaction. */
export async function openEmpty(db: Db, ...tables: readonly TempTable[]): Promise<void> {
  for (const table of tables) await table.create(db, { ifMissing: true });
  await sql`truncate ${sql.join([...tables])}`.execute(db);
}
