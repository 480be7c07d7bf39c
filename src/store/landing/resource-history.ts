import { type RawBuilder, sql } from "kysely";
import type { Db } from "../engine/session.js";
import type { TempTable } from "../engine/temp-table.js";

const keep = (which: RawBuilder<unknown>) => sql`
  insert into timeback.resource_versions (sourced_id, version, xp, xp_since)
  select t.sourced_id, 1 + coalesce((select max(version) from timeback.resource_versions v where v.sourced_id = t.sourced_id), 0),
    t.xp, t.xp_since
  from timeback.resources t where ${which}`;

/** Keeps what the resources paid whose XP is about to change, and notes since when they pay what is incoming. */
export async function keepResourceXp(db: Db, incoming: TempTable): Promise<void> {
  const changes = sql`from ${incoming} i where i.sourced_id = t.sourced_id and t.xp is distinct from i.xp`;
  await keep(sql`exists (select ${changes})`).execute(db);
  await sql`update timeback.resources t set xp_since = i.date_last_modified ${changes}`.execute(db);
}

/** Notes since when new resources pay what they do. */
export async function dateNewResources(db: Db, incoming: TempTable): Promise<void> {
  await sql`
    update timeback.resources t set xp_since = t.date_last_modified
    from ${incoming} i where i.sourced_id = t.sourced_id and t.xp_since is null`.execute(db);
}

/** Keeps what the resources paid that are about to be removed. */
export async function keepRemovedXp(db: Db, removed: TempTable): Promise<void> {
  await keep(sql`t.sourced_id in (select sourced_id from ${removed})`).execute(db);
}
