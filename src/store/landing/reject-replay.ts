import { sql } from "kysely";
import type { Db } from "../engine/session.js";
import { openEmpty, tempTable } from "../engine/temp-table.js";
import { matching, type RejectFilter } from "./rejects.js";

/** A rejected record that is judged again. */
export interface ReplayLine {
  /** Place among the records of this replay, from 1. */
  ordinal: number;
  file: string;
  line: number;
  /** Place of the record in its line, from 0. */
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

/** Those of the ids that cannot be replayed: their record was not kept, or is no line of Caliper. */
export async function notReplayable(db: Db, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from timeback.rejects r where ${matching({ ids })} and (${replayable}) is not true
    order by id collate "C"`.execute(db);
  return rows.map(({ id }) => id);
}

/** Rejects that are replayed: those that are the same record at the same place share an ordinal. */
const replayedRejects = tempTable("replayed_rejects", { ordinal: "bigint", id: "text", bytes: "bigint" }, [
  "ordinal",
  "id",
]);

/**
 * Lists these rejects in `replayedRejects`. Returns how many records there are, and how many of these rejects cannot be replayed. Reads no
 * other record than theirs.
 */
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

/** How many records are read again at a time: as many as both allow, and one at least. */
export interface ReplayPage {
  lines: number;
  bytes: number;
}

/** Some records, from this ordinal on. */
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

/** Takes the rejects of these records out of the quarantine, but for those that are rejected again. */
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
