import { sql } from "kysely";
import type { CodeCount, ListedReject, WholeReject } from "../../domain/views/reject.js";
import type { Db } from "../engine/session.js";
import { streamRows } from "../engine/snapshot.js";
import { isoInstant } from "../engine/sql-time.js";
import { matching, type RejectFilter } from "../landing/rejects.js";

const listed = sql`
  id, run_id::text as "runId", file, line::text as line, byte_offset::text as "byteOffset", code, reason, excerpt,
  ${isoInstant(sql`first_seen`)} as "firstSeen", ${isoInstant(sql`last_seen`)} as "lastSeen"`;

/** Quarantined records, in pages, by address. */
export const listRejects = (db: Db, filter: RejectFilter): AsyncGenerator<ListedReject[]> =>
  streamRows(
    db,
    sql<ListedReject>`
    select ${listed} from timeback.rejects r where ${matching(filter)}
    order by file collate "C", r.byte_offset, r.line, member, id collate "C"`,
  );

/** Number of these rejects by code, in C order of the codes. */
export async function countRejects(db: Db, filter: RejectFilter): Promise<CodeCount[]> {
  const { rows } = await sql<{ code: string; count: string }>`
    select code, count(*)::text as count from timeback.rejects r where ${matching(filter)}
    group by code order by code collate "C"`.execute(db);
  return rows.map(({ code, count }) => ({ code, count: Number(count) }));
}

/** The reject with this id and its record; undefined if there is none. */
export async function findReject(db: Db, id: string): Promise<WholeReject | undefined> {
  const { rows } = await sql<WholeReject>`
    select ${listed}, member::text as member, record from timeback.rejects where id = ${id}`.execute(db);
  return rows[0];
}

/** The ids that name no reject. */
export async function unknownRejects(db: Db, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct on (asked.ordinal) asked.id from unnest(${[...ids]}::text[]) with ordinality as asked(id, ordinal)
    where not exists (select from timeback.rejects r where r.id = asked.id) order by asked.ordinal`.execute(db);
  return rows.map(({ id }) => id);
}
