import { sql } from "kysely";
import type { Db } from "../engine/session.js";
import type { Keyset } from "../source/batches.js";

/** The watermark of a source table; undefined before its first run. */
export async function readWatermark(db: Db, table: string): Promise<Keyset | undefined> {
  const row = await db
    .selectFrom("timeback.watermarks")
    .selectAll()
    .where("source_table", "=", table)
    .executeTakeFirst();
  if (row?.date_last_modified == null) return undefined;
  return { dateLastModified: row.date_last_modified, sourcedId: row.sourced_id ?? "" };
}

/** Moves a watermark forward, never back; call it in the transaction of the rows. */
export async function advanceWatermark(db: Db, table: string, { dateLastModified, sourcedId }: Keyset): Promise<void> {
  await sql`
    insert into timeback.watermarks as w (source_table, date_last_modified, sourced_id)
    values (${table}, ${dateLastModified}, ${sourcedId})
    on conflict (source_table) do update
    set date_last_modified = excluded.date_last_modified, sourced_id = excluded.sourced_id
    where (excluded.date_last_modified::timestamp, excluded.sourced_id collate "C")
      > (w.date_last_modified::timestamp, w.sourced_id collate "C")`.execute(db);
}

/** The watermark minus the overlap, as text of the source (naive UTC); null if there is none yet. */
export async function readFrom(db: Db, table: string, overlapSeconds: number): Promise<string | null> {
  const { rows } = await sql<{ start: string }>`
    select (date_last_modified::timestamp - make_interval(secs => ${overlapSeconds}))::text as start
    from timeback.watermarks where source_table = ${table} and date_last_modified is not null`.execute(db);
  return rows[0]?.start ?? null;
}
