import { sql } from "kysely";
import { quotePart } from "../engine/pg-session.js";
import type { Session } from "../engine/session.js";
import { isDated, type Keyset, keysetOf, querySource, stamp } from "./batches.js";
import { columnsOf, type Source } from "./inspect.js";
import { asInstant, type SourceTable } from "./tables.js";

/** Rows of a source table that are all landed unchanged, column for column. */
export interface UnchangedRows {
  rows: number;
  /** The last of them in reading order; null if none has a date. */
  last: Keyset | null;
}

/** The number of rows and a 128-bit digest, independent of their order and the database's collation. */
const digest = (columns: readonly string[]): string =>
  `count(*) as rows, concat_ws(' ', ${[0, 1].map((seed) => `sum(hashtextextended(row(${columns.join(", ")})::text collate "C", ${seed}))`).join(", ")}) as digest`;

/** Emails are landed in lower case. One with non-ASCII letters may look changed, in which case its table is read. */
const asLanded = ([column, value]: [string, string]): string =>
  column === "email" ? `lower((${value}) collate "C")` : value;

const UNDEFINED_FUNCTION = "42883";

/** Number, digest and last key of the source's rows, in one statement; undefined if the source is too old for that. */
async function sourceChecksum(
  source: Source,
  table: SourceTable,
  where: string,
): Promise<(UnchangedRows & { digest: string }) | undefined> {
  const has = columnsOf(source, table);
  const dated = isDated(source, table);
  const [date, id] = keysetOf(source, table);
  const from = `from ${quotePart(source.schema)}.${quotePart(table.name)} s where ${where}`;
  const values = Object.entries(table.select(has)).map(asLanded);
  const last = `(select array[${date}, ${id}::text] ${from} and s.date_last_modified <= ${stamp(source.clock)}
    order by s.date_last_modified desc, s.sourced_id desc limit 1)`;
  const statement = sql.raw<{ rows: string; digest: string; last: [string, string] | null }>(`
    select ${digest(["s.sourced_id", dated ? asInstant("date_last_modified", has) : "null", ...values])},
      ${dated ? last : "null::text[]"} as last ${from}`);
  const [row] = await querySource(source, () => statement.execute(source.session.db)).then(
    ({ rows }) => rows,
    (error: Error & { cause?: { code?: string } }) => {
      if (error.cause?.code === UNDEFINED_FUNCTION) return [];
      throw error;
    },
  );
  if (!row) return undefined;
  const [dateLastModified, sourcedId] = row.last ?? [];
  const end = dateLastModified !== undefined && sourcedId !== undefined ? { dateLastModified, sourcedId } : null;
  return { rows: Number(row.rows), digest: row.digest, last: end };
}

/**
 * The rows that reading the table from `since` on would return, if all are landed unchanged: then they need not be transferred, which
 * is most of the work of a run without changes. Null if any differs, or `since` is null.
 */
export async function unchangedRows(
  session: Session,
  source: Source,
  table: SourceTable,
  since: string | null,
): Promise<UnchangedRows | null> {
  const dated = isDated(source, table);
  if (dated && (since === null || since > source.clock)) return null;
  const sinceThen = (column: string, start: string) => `(${column} >= ${start} or ${column} is null)`;
  const start = stamp(since ?? "");
  const columns = ["sourced_id", "date_last_modified", ...Object.keys(table.select(columnsOf(source, table)))];
  const landed = sql.raw<{ rows: string; digest: string }>(`
    select ${digest(columns)} from timeback.${quotePart(table.name)}
    where ${dated ? sinceThen("date_last_modified", `${start} at time zone 'UTC'`) : "true"}`);
  const [found, { rows }] = await Promise.all([
    sourceChecksum(source, table, dated ? sinceThen("s.date_last_modified", start) : "true"),
    landed.execute(session.db),
  ]);
  const [stored] = rows;
  const isSame = found && found.digest === stored?.digest && found.rows === Number(stored.rows);
  return isSame ? { rows: found.rows, last: found.last } : null;
}
