import { sql } from "kysely";
import type { Db } from "../engine/session.js";
import type { SourceTable } from "../source/tables.js";

/** Opens the session's empty list of the ids that a full reading saw; it outlives the transactions of the pages. */
export async function openSeen(db: Db): Promise<void> {
  await sql`create temp table if not exists seen_ids (sourced_id text collate "C")`.execute(db);
  await sql`truncate pg_temp.seen_ids`.execute(db);
}

/** Notes the ids of the page that is staged; before rows are taken out of staging again. */
export async function markSeen(db: Db, { name }: SourceTable): Promise<void> {
  await sql`insert into pg_temp.seen_ids select sourced_id from pg_temp.${sql.ref(`incoming_${name}`)}`.execute(db);
}
