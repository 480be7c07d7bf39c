import { sql } from "kysely";
import type { Session } from "./session.js";

type Db = Session["db"];

/** A line whose rejected records are judged again. */
export interface ReplayLine {
  /** Place among the lines of this replay, from 1. */
  ordinal: number;
  file: string;
  line: number;
  byteOffset: number;
  text: string;
}

/** Only what `ingest` read is lines of Caliper; rejects of tables are read again by their own commands. */
const replayable = sql`
  r.record is not null and r.line is not null and r.byte_offset is not null and exists (
    select from timeback.runs u where u.run_id = r.run_id and u.command in ('ingest', 'rejects replay'))`;

/** Those of the ids that cannot be replayed: their record was not kept, or is no line of Caliper. */
export async function notReplayable(db: Db, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from timeback.rejects r where id = any(${[...ids]}::text[]) and (${replayable}) is not true
    order by id collate "C"`.execute(db);
  return rows.map(({ id }) => id);
}

/**
 * Lists the lines of these rejects (null: of all that can be replayed) in the session's `pg_temp.replaying`, with every
 * reject of each line. Returns how many lines there are, and how many rejects cannot be replayed.
 */
export async function openReplay(db: Db, ids: readonly string[] | null): Promise<{ lines: number; left: number }> {
  const asked =
    ids === null
      ? sql``
      : sql`and (r.file, r.byte_offset, md5(r.record)) in (
    select file, byte_offset, md5(record) from timeback.rejects where id = any(${[...ids]}::text[]))`;
  await sql`create temp table if not exists replaying (ordinal bigint, id text, primary key (ordinal, id))`.execute(db);
  await sql`truncate pg_temp.replaying`.execute(db);
  await sql`
    insert into pg_temp.replaying
    select dense_rank() over (order by r.file collate "C", r.byte_offset, r.line, md5(r.record)), r.id
    from timeback.rejects r where ${replayable} ${asked}`.execute(db);
  await sql`analyze pg_temp.replaying`.execute(db);
  const { rows } = await sql<{ lines: string; left: string }>`
    select coalesce(max(ordinal), 0)::text as lines,
      (select count(*) from timeback.rejects r where (${replayable}) is not true)::text as left
    from pg_temp.replaying`.execute(db);
  return { lines: Number(rows[0]?.lines ?? 0), left: Number(rows[0]?.left ?? 0) };
}

/** Some lines, from this ordinal on. */
export async function replayPage(db: Db, from: number, count: number): Promise<ReplayLine[]> {
  const { rows } = await sql<Record<"ordinal" | "file" | "line" | "byteOffset" | "text", string>>`
    select distinct on (p.ordinal) p.ordinal::text as ordinal, r.file, r.line::text as line,
      r.byte_offset::text as "byteOffset", r.record as text
    from pg_temp.replaying p join timeback.rejects r on r.id = p.id
    where p.ordinal >= ${from} and p.ordinal < ${from + count}
    order by p.ordinal, r.id collate "C"`.execute(db);
  return rows.map(({ ordinal, file, line, byteOffset, text }) => ({
    ordinal: Number(ordinal),
    file,
    line: Number(line),
    byteOffset: Number(byteOffset),
    text,
  }));
}

/** Takes the rejects of these lines out of the quarantine, but for those that are rejected again. */
export async function dropReplayed(
  db: Db,
  ordinals: readonly number[],
  rejectedAgain: readonly string[],
): Promise<void> {
  await sql`
    delete from timeback.rejects
    where id in (select id from pg_temp.replaying where ordinal = any(${[...ordinals]}::bigint[]))
      and not id = any(${[...rejectedAgain]}::text[])`.execute(db);
}
