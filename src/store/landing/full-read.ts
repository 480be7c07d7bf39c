import { sql } from "kysely";
import type { Db } from "../engine/session.js";
import { BYTES, openEmpty, type TempTable, tempTable } from "../engine/temp-table.js";

/** The ids that a full read of a table has seen; kept across the transactions of its pages. */
export const seenIds = tempTable("seen_ids", { sourced_id: BYTES });

/** Empties `seenIds` before a full read of a table. */
export const openSeen = (db: Db): Promise<void> => openEmpty(db, seenIds);

/** Adds the ids of staged rows; call it before any are removed from staging. */
export async function markSeen(db: Db, staged: TempTable): Promise<void> {
  await sql`insert into ${seenIds} select sourced_id from ${staged}`.execute(db);
}
