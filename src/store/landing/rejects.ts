import { createHash } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import type { CodeCount, ListedReject, WholeReject } from "../../domain/views/reject.js";
import { columnsOf } from "../engine/column-list.js";
import type { Db, Session } from "../engine/session.js";
import { streamRows } from "../engine/snapshot.js";
import { isoInstant } from "../engine/sql-time.js";
import { openEmpty, tempTable } from "../engine/temp-table.js";

/** A record that could not be landed, with its address. */
export interface Reject {
  file: string;
  /** 1-based; null where the input has no lines (a database table). */
  line: number | null;
  /** Place of the record in its line, from 0. */
  member: number;
  byteOffset: number | null;
  code: string;
  reason: string;
  excerpt: string;
  /** The whole record, for replay; null where the database cannot keep it. */
  record: string | null;
}

/** The same record at the same address has the same id in every run. */
export const rejectId = ({ file, line, member, byteOffset, code, excerpt }: Reject): string =>
  createHash("sha256")
    .update(JSON.stringify([file, line, member, byteOffset, code, excerpt]))
    .digest("hex")
    .slice(0, 16);

/** Rejects on their way into quarantine. */
const incomingRejects = tempTable("incoming_rejects", {
  id: "text",
  file: "text",
  line: "bigint",
  member: "int",
  byte_offset: "bigint",
  code: "text",
  reason: "text",
  excerpt: "text",
  record: "text",
});

/** Empties `incomingRejects`. */
export const openRejects = (db: Db): Promise<void> => openEmpty(db, incomingRejects);

/** Adds rejects to `incomingRejects`. */
export const stageRejects = (session: Session, rejects: readonly Reject[]): Promise<void> =>
  incomingRejects.add(
    session,
    rejects.map(({ byteOffset, ...reject }) => ({
      ...reject,
      byte_offset: byteOffset,
      id: rejectId({ byteOffset, ...reject }),
    })),
  );

const rejectColumns = columnsOf("", incomingRejects.columns);

/** Quarantines the rejects of `incomingRejects` and returns how many of them were not there before. */
export async function keepStagedRejects(db: Db, runId: string): Promise<number> {
  const kept = await sql<{ fresh: string }>`
    with kept as (
      insert into timeback.rejects as r (run_id, ${rejectColumns}, first_seen, last_seen)
      select distinct on (id) ${runId}::uuid, ${rejectColumns}, statement_timestamp(), statement_timestamp()
      from ${incomingRejects} order by id
      on conflict (id) do update set last_seen = greatest(statement_timestamp(), r.first_seen + interval '1 microsecond')
      returning r.first_seen = r.last_seen as fresh)
    select count(*) as fresh from kept where fresh`.execute(db);
  return Number(kept.rows[0]?.fresh ?? 0);
}

/** Quarantines rejects and returns how many of them were not there before. */
export async function keepRejects(session: Session, runId: string, rejects: readonly Reject[]): Promise<number> {
  if (rejects.length === 0) return 0;
  await openRejects(session.db);
  await stageRejects(session, rejects);
  return keepStagedRejects(session.db, runId);
}

/** Which rejects: those of which all that is given holds. */
export interface RejectFilter {
  ids?: readonly string[] | undefined;
  code?: string | undefined;
  file?: string | undefined;
}

/** Whether a row `r` of `timeback.rejects` is one of these. */
export function matching({ ids, code, file }: RejectFilter): RawBuilder<unknown> {
  const tests = [
    ...(ids === undefined ? [] : [sql`r.id = any(${[...ids]}::text[])`]),
    ...(code === undefined ? [] : [sql`r.code = ${code}`]),
    ...(file === undefined ? [] : [sql`r.file = ${file}`]),
  ];
  return tests.length === 0 ? sql`true` : sql.join(tests, sql` and `);
}

const listed = sql`
  id, run_id::text as "runId", file, line::text as line, byte_offset::text as "byteOffset", code, reason, excerpt,
  ${isoInstant(sql`first_seen`)} as "firstSeen", ${isoInstant(sql`last_seen`)} as "lastSeen"`;

/** Quarantined records, some at a time, in the order of their addresses. */
export const listRejects = (db: Db, filter: RejectFilter): AsyncGenerator<ListedReject[]> =>
  streamRows(
    db,
    sql<ListedReject>`
    select ${listed} from timeback.rejects r where ${matching(filter)}
    order by file collate "C", r.byte_offset, r.line, member, id collate "C"`,
  );

/** How many of these rejects each code has, in C order of the codes. */
export async function countRejects(db: Db, filter: RejectFilter): Promise<CodeCount[]> {
  const { rows } = await sql<{ code: string; count: string }>`
    select code, count(*)::text as count from timeback.rejects r where ${matching(filter)}
    group by code order by code collate "C"`.execute(db);
  return rows.map(({ code, count }) => ({ code, count: Number(count) }));
}

/** One reject with its record; undefined where no reject has the id. */
export async function findReject(db: Db, id: string): Promise<WholeReject | undefined> {
  const { rows } = await sql<WholeReject>`
    select ${listed}, member::text as member, record from timeback.rejects where id = ${id}`.execute(db);
  return rows[0];
}

/** Those of the ids that no reject has. */
export async function unknownRejects(db: Db, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct on (asked.ordinal) asked.id from unnest(${[...ids]}::text[]) with ordinality as asked(id, ordinal)
    where not exists (select from timeback.rejects r where r.id = asked.id) order by asked.ordinal`.execute(db);
  return rows.map(({ id }) => id);
}

/** Removes rejects from the quarantine and returns their ids. */
export async function discardRejects(db: Db, filter: RejectFilter): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    delete from timeback.rejects r where ${matching(filter)} returning id`.execute(db);
  return rows.map(({ id }) => id).sort();
}
