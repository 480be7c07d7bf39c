import { sql } from "kysely";
import type { Db } from "../engine/session.js";
import { openEmpty, tempTable } from "../engine/temp-table.js";
import { matching, type RejectFilter } from "./rejects.js";

/** A rejected record to be replayed. */
export interface ReplayLine {
  /** Its number in this replay, from 1. */
  ordinal: number;
  file: string;
  line: number;
  /** Index of the record in its line, from 0. */
  member: number;
  byteOffset: number;
  text: string;
}

/** The commands, as the run log names them, whose rejects are records of Caliper. */
export const CALIPER_COMMANDS = { ingest: "ingest", landEvents: "land events", replay: "rejects replay" } as const;

/** Rejects of tables are read again by their own commands. */
const replayable = sql`
  r.record is not null and r.line is not null and r.byte_offset is not null and exists (
    select from timeback.runs u where u.run_id = r.run_id and u.command = any(${Object.values(CALIPER_COMMANDS)}::text[]))`;

/** The ids that cannot be replayed: their record was not kept, or is not Caliper. */
export async function notReplayable(db: Db, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from timeback.rejects r where ${matching({ ids })} and (${replayable}) is not true
    order by id collate "C"`.execute(db);
  return rows.map(({ id }) => id);
}

/** Rejects to replay; those of the same record at the same address share an ordinal. */
const replayedRejects = tempTable("replayed_rejects", { ordinal: "bigint", id: "text", bytes: "bigint" }, [
  "ordinal",
  "id",
]);

/** Fills `replayedRejects`. Returns the number of records, and of the rejects that cannot be replayed. Reads no other records. */
export async function openReplay(db: Db, filter: RejectFilter): Promise<{ lines: number; left: number }> {
  await openEmpty(db, replayedRejects);
  await sql`
    insert into ${replayedRejects}
    select dense_rank() over (order by r.file collate "C", r.byte_offset, r.line, r.member, md5(r.record)), r.id,
      octet_length(r.record)
    from timeback.rejects r where ${matching(filter)} and ${replayable}`.execute(db);
  await replayedRejects.analyze(db);
  const { rows } = await sql<{ lines: string; left: string }>`
    select coalesce(max(ordinal), 0)::text as lines,
      (select count(*) from timeback.rejects r where ${matching(filter)} and (${replayable}) is not true)::text as left
    from ${replayedRejects}`.execute(db);
  return { lines: Number(rows[0]?.lines ?? 0), left: Number(rows[0]?.left ?? 0) };
}

/** Page size: as many records as both limits allow, at least one. */
export interface ReplayPage {
  lines: number;
  bytes: number;
}

/** A page of records from this ordinal on. */
export async function replayPage(db: Db, from: number, { lines, bytes }: ReplayPage): Promise<ReplayLine[]> {
  const { rows } = await sql<Record<"ordinal" | "file" | "line" | "member" | "byteOffset" | "text", string>>`
    select p.ordinal::text as ordinal, r.file, r.line::text as line, r.member::text as member,
      r.byte_offset::text as "byteOffset", r.record as text
    from (
      select ordinal, min(id collate "C") as id, sum(min(bytes)) over (order by ordinal) - min(bytes) as before
      from ${replayedRejects} where ordinal >= ${from} and ordinal < ${from + lines} group by ordinal) p
    join timeback.rejects r on r.id = p.id
    where p.before < ${bytes}
    order by p.ordinal`.execute(db);
  return rows.map(({ ordinal, file, line, member, byteOffset, text }) => ({
    ordinal: Number(ordinal),
    file,
    line: Number(line),
    member: Number(member),
    byteOffset: Number(byteOffset),
    text,
  }));
}

/** Removes the rejects of these records from the quarantine, except those that were rejected again. */
export async function dropReplayed(
  db: Db,
  ordinals: readonly number[],
  rejectedAgain: readonly string[],
): Promise<void> {
  await sql`
    delete from timeback.rejects
    where id in (select id from ${replayedRejects} where ordinal = any(${[...ordinals]}::bigint[]))
      and not id = any(${[...rejectedAgain]}::text[])`.execute(db);
}
