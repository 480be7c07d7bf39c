import type { Store } from "../store/engine/session.js";
import { logRun } from "../store/runs/runs.js";
import { settingsInForce } from "../store/runs/settings.js";
import { type MigrationState, migrate, migrationStatus, schemaVersion } from "../store/schema/migrate.js";
import type { Invocation } from "./invocation.js";

/**
 * Brings the schema of an analytics database up to date and returns what was applied. A migration that changed something
 * is a run of the log. @throws WorkError for a schema newer than this program; LockedError
 */
export async function migrateSchema(
  store: Store,
  { caller, lockWaitSeconds }: Pick<Invocation, "caller" | "lockWaitSeconds">,
): Promise<MigrationState[]> {
  const started = Date.now();
  const applied = await migrate(store, lockWaitSeconds);
  const seconds = (Date.now() - started) / 1000;
  const run = { command: "db migrate", ...caller, runId: crypto.randomUUID(), seconds };
  if (applied.length > 0) await logRun(store.db, run, { applied: applied.map(({ name }) => name) }); // the log may not have been there before
  return applied;
}

/** The schema of an analytics database, and the settings that shape its facts. Changes nothing. */
export async function schemaStatus(store: Store) {
  const migrations = await migrationStatus(store);
  const settings = migrations.some(({ appliedAt }) => appliedAt !== null) ? await settingsInForce(store.db) : {};
  return { engine: store.kind, programVersion: schemaVersion, migrations, settings };
}
