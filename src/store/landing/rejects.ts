import { createHash } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import { columnsOf } from "../engine/column-list.js";
import type { Db, Session } from "../engine/session.js";
import { openEmpty, tempTable } from "../engine/temp-table.js";

/** A record that could not be landed, with its address. */
export interface Reject {
  file: string;
  /** 1-based; null if the input has no lines (a database table). */
  line: number | null;
  /** Index of the record in its line, from 0. */
  member: number;
  byteOffset: number | null;
  code: string;
  reason: string;
  excerpt: string;
  /** The whole record, for replay; null if the database cannot store it. */
  record: string | null;
}

/** A hash of a reject: the same record at the same address has the same id in every run. */
export const rejectId = ({ file, line, member, byteOffset, code, excerpt }: Reject): string =>
  createHash("sha256")
    .update(JSON.stringify([file, line, member, byteOffset, code, excerpt]))
    .digest("hex")
    .slice(0, 16);

/** Incoming rejects. */
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

/** Quarantines the rejects of `incomingRejects` and returns how many of them are new. */
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

/** Quarantines rejects and returns how many of them are new. */
export async function keepRejects(session: Session, runId: string, rejects: readonly Reject[]): Promise<number> {
  if (rejects.length === 0) return 0;
  await openRejects(session.db);
  await stageRejects(session, rejects);
  return keepStagedRejects(session.db, runId);
}

/** Which rejects: those that match every given member. */
export interface RejectFilter {
  ids?: readonly string[] | undefined;
  code?: string | undefined;
  file?: string | undefined;
}

/** Whether the filter restricts nothing. */
export const isAll = ({ ids, code, file }: RejectFilter): boolean =>
  ids === undefined && code === undefined && file === undefined;

/** Condition: the row `r` of `timeback.rejects` matches the filter. */
export function matching({ ids, code, file }: RejectFilter): RawBuilder<unknown> {
  const tests = [
    ...(ids === undefined ? [] : [sql`r.id = any(${[...ids]}::text[])`]),
    ...(code === undefined ? [] : [sql`r.code = ${code}`]),
    ...(file === undefined ? [] : [sql`r.file = ${file}`]),
  ];
  return tests.length === 0 ? sql`true` : sql.join(tests, sql` and `);
}

/** Removes rejects from the quarantine and returns their ids. */
export async function discardRejects(db: Db, filter: RejectFilter): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    delete from timeback.rejects r where ${matching(filter)} returning id`.execute(db);
  return rows.map(({ id }) => id).sort();
}
