import { sql } from "kysely";
import pg from "pg";
import { Blocks } from "../copy/buffer-pool.js";
import { readCopyValue } from "../copy/text-rows.js";
import { withExplainedErrors } from "../engine/database-errors.js";
import { quotePart } from "../engine/pg-session.js";
import { withRetries } from "../engine/retry.js";
import { columnsOf, type Source } from "./inspect.js";
import { asInstant, type SourceTable } from "./tables.js";

/** A position in a table read in the order of (date_last_modified, sourced_id), as text of the source. */
export interface Keyset {
  dateLastModified: string;
  sourcedId: string;
}

/** Rows of a table as COPY text, with the columns `pageColumns`. Release it after use. */
export type Page = Blocks;

/**
 * Consecutive rows of a table, landed in one transaction. Its end is known before it is read. Its pages are not kept: a retried
 * transaction reads them again.
 */
export interface Batch {
  pages(): AsyncGenerator<Page>;
  last: Keyset;
}

/** Maximum rows of a page, of a table's first batch, and of later batches. */
export interface ReadingSizes {
  page: number;
  first: number;
  batch: number;
}

/** Rows of a table in the order of a key. */
interface Reading {
  source: Source;
  table: SourceTable;
  where: string;
  /** The key columns, and the SQL values of a position. */
  key: readonly string[];
  valuesOf(place: Keyset): readonly string[];
}

const tupleOf = (parts: readonly string[]): string => `(${parts.join(", ")})`;

/** Whether the table has modification dates. */
export const isDated = (source: Source, table: SourceTable): boolean =>
  columnsOf(source, table).has("date_last_modified");

/** SQL for the key of a row, the first two columns of a page. */
export const keysetOf = (source: Source, table: SourceTable): string[] => [
  isDated(source, table) ? "s.date_last_modified::timestamp::text" : "null",
  "s.sourced_id",
];

/** Runs a query on the source when its connection is free, with retries and explained errors. */
export const querySource = <T>({ session, mutex }: Source, ask: () => Promise<T>): Promise<T> =>
  withExplainedErrors("the OneRoster source", () => mutex(() => withRetries(session, ask)));

const from = ({ source, table, where }: Reading): string =>
  `from ${quotePart(source.schema)}.${quotePart(table.name)} s where ${where}`;

function readPage(reading: Reading, rows: number): Promise<Page> {
  const { source, table, key } = reading;
  const select = [
    ...keysetOf(source, table),
    isDated(source, table) ? asInstant("date_last_modified", columnsOf(source, table)) : "null",
    ...Object.values(table.select(columnsOf(source, table))),
  ];
  const statement = `select ${select.join(", ")} ${from(reading)} order by ${key.join(", ")} limit ${rows}`;
  return querySource(source, () => allOf(source.session.copyOut(statement)));
}

/** The key of the last of the next `rows` rows; undefined if there are none. */
async function endOf(reading: Reading, rows: number): Promise<Keyset | undefined> {
  const { source, table, key } = reading;
  const [date, id] = keysetOf(source, table);
  const place = (rank: number, order: readonly string[], offset: number) =>
    `(select ${rank} as rank, ${date}::text as date, ${id}::text as id ${from(reading)} order by ${order.join(", ")} offset ${offset} limit 1)`;
  const full = place(1, key, rows - 1);
  const all = place(
    2,
    key.map((column) => `${column} desc`),
    0,
  );
  const ends = sql.raw<{ date: string | null; id: string }>(`${full} union all ${all} order by rank limit 1`);
  const [end] = (await querySource(source, () => ends.execute(source.session.db))).rows;
  return end && { dateLastModified: end.date ?? "", sourcedId: end.id };
}

const and = (reading: Reading, operator: string, place: Keyset): Reading => ({
  ...reading,
  where: `${reading.where} and ${tupleOf(reading.key)} ${operator} ${tupleOf(reading.valuesOf(place))}`,
});

async function* pagesOf(batch: Reading, last: Keyset, rows: number): AsyncGenerator<Page> {
  let rest = batch;
  for (;;) {
    const page = await readPage(rest, rows);
    if (page.all().length === 0) return;
    const end = lastKey(page.all());
    yield page;
    if (end.sourcedId === last.sourcedId && end.dateLastModified === last.dateLastModified) return;
    rest = and(batch, ">", end);
  }
}

async function* batchesOf(reading: Reading, sizes: ReadingSizes): AsyncGenerator<Batch> {
  let rest = reading;
  for (let rows = sizes.first; ; rows = Math.min(rows * GROWTH, sizes.batch)) {
    const last = await endOf(rest, rows);
    if (!last) return;
    const batch = and(rest, "<=", last);
    yield { last, pages: () => pagesOf(batch, last, sizes.page) };
    rest = and(reading, ">", last);
  }
}

/** Later batches are larger, since every batch costs a query over all landed rows. */
const GROWTH = 2;

async function allOf(parts: AsyncIterable<Buffer>): Promise<Blocks> {
  const all = new Blocks();
  for await (const part of parts) all.addBytes(part);
  return all;
}

const NEWLINE = 10;

/** The last line, which may begin in an earlier part. */
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
  return { dateLastModified: readCopyValue(dateLastModified) ?? "", sourcedId: readCopyValue(sourcedId) ?? "" };
}

const literal = (text: string): string => pg.escapeLiteral(text);
/** An instant of the source, as SQL. */
export const stamp = (text: string): string => `${literal(text)}::timestamp`;

/**
 * Rows modified from `since` (null: ever) up to the source's clock, in keyset order. Each page is one statement, so a row that
 * changes while its table is read is read again by the next run.
 */
export async function* modifiedRows(
  source: Source,
  table: SourceTable,
  since: string | null,
  sizes: ReadingSizes,
): AsyncGenerator<Batch> {
  if (!isDated(source, table)) return;
  const upTo = `s.date_last_modified <= ${stamp(source.clock)}`;
  const where = since === null ? upTo : `s.date_last_modified >= ${stamp(since)} and ${upTo}`;
  const key = ["s.date_last_modified", "s.sourced_id"];
  const valuesOf = ({ dateLastModified, sourcedId }: Keyset) => [stamp(dateLastModified), literal(sourcedId)];
  yield* batchesOf({ source, table, where, key, valuesOf }, sizes);
}

/** Rows that no watermark covers: without a date, dated after the source's clock, or of a table without dates. Every run reads them. */
export function undatedRows(source: Source, table: SourceTable, sizes: ReadingSizes): AsyncIterable<Batch> {
  const where = isDated(source, table)
    ? `(s.date_last_modified is null or s.date_last_modified > ${stamp(source.clock)})`
    : "true";
  return batchesOf(
    { source, table, where, key: ["s.sourced_id"], valuesOf: ({ sourcedId }) => [literal(sourcedId)] },
    sizes,
  );
}
