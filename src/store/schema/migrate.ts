import { sql } from "kysely";
import { WorkError } from "../../errors.js";
import { takeLocks, unlock } from "../engine/advisory-locks.js";
import { withRetries } from "../engine/retry.js";
import type { Db, Store } from "../engine/session.js";
import { isoInstant } from "../engine/sql-time.js";
import { landedAndFacts } from "./migrations/0001-landed-and-facts.js";
import { onerosterSource } from "./migrations/0002-oneroster-source.js";
import { corrections } from "./migrations/0003-corrections.js";
import { storedAudits } from "./migrations/0004-stored-audits.js";
import { redactionSecret } from "./migrations/0005-redaction.js";
import { keptCounts } from "./migrations/0006-kept-counts.js";
import { runLog } from "./migrations/0007-run-log.js";
import { payloads } from "./migrations/0008-payloads.js";
import { landedPlaces } from "./migrations/0009-landed-places.js";
import { resourceHistory } from "./migrations/0010-resource-history.js";

interface Migration {
  version: number;
  name: string;
  statements: string;
}

const migrations: readonly Migration[] = [
  { version: 1, name: "landed-and-facts", statements: landedAndFacts },
  { version: 2, name: "oneroster-source", statements: onerosterSource },
  { version: 3, name: "corrections", statements: corrections },
  { version: 4, name: "stored-audits", statements: storedAudits },
  { version: 5, name: "redaction", statements: redactionSecret },
  { version: 6, name: "kept-counts", statements: keptCounts },
  { version: 7, name: "run-log", statements: runLog },
  { version: 8, name: "payloads", statements: payloads },
  { version: 9, name: "landed-places", statements: landedPlaces },
  { version: 10, name: "resource-history", statements: resourceHistory },
];

/** Changes with every change of the schema. */
export const schemaFingerprint: string = JSON.stringify(migrations);

/** The schema version that this program writes. */
export const schemaVersion: number = migrations.at(-1)?.version ?? 0;

/** One migration: `appliedAt` (UTC) is null while it is pending. */
export interface MigrationState {
  version: number;
  name: string;
  appliedAt: string | null;
}

const UNDEFINED_TABLE = "42P01";

/** One query, since every command runs it. */
async function applied(db: Db): Promise<Map<number, { name: string; at: string }>> {
  const { rows } = await sql<{ version: number; name: string; at: string }>`
    select version, name, ${isoInstant(sql`applied_at`)} as at
    from timeback.migrations order by version`
    .execute(db)
    .catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === UNDEFINED_TABLE) return { rows: [] };
      throw error;
    });
  return new Map(rows.map(({ version, name, at }) => [version, { name, at }]));
}

function refuseNewer(versions: Iterable<number>): void {
  const newest = Math.max(0, ...versions);
  if (newest > schemaVersion)
    throw new WorkError(
      `the database has schema version ${newest}, this program knows ${schemaVersion}: use a newer timeback (nothing was changed)`,
    );
}

/** Every migration, applied ones first. Changes nothing. */
export async function migrationStatus(store: Store): Promise<MigrationState[]> {
  const done = await applied(store.db);
  const known = migrations.map(({ version, name }) => ({ version, name, appliedAt: done.get(version)?.at ?? null }));
  const newer = [...done].filter(([version]) => version > schemaVersion);
  return [...known, ...newer.map(([version, { name, at }]) => ({ version, name, appliedAt: at }))];
}

/** Asserts that the schema is this program's. @throws WorkError (exit 3) if it is newer, or older and `--no-migrate` was given */
export async function requireCurrentSchema(store: Store): Promise<void> {
  const done = await applied(store.db);
  refuseNewer(done.keys());
  if (!done.has(schemaVersion))
    throw new WorkError(
      "the analytics database has no current schema: run `timeback db migrate` (nothing was changed)",
    );
}

const MIGRATION_LOCK = "7305804402565210465"; // any constant: two programs must not migrate at once

/**
 * Migrates the schema, each migration in its own transaction, and returns those applied.
 * @throws WorkError if the database has a newer schema than this program, LockedError if another program migrates it longer than
 * `lockWaitSeconds`
 */
export async function migrate(store: Store, lockWaitSeconds: number): Promise<MigrationState[]> {
  const before = await applied(store.db);
  refuseNewer(before.keys());
  if (before.has(schemaVersion)) return [];
  return store.withSession(async (session) => {
    const { db } = session;
    await takeLocks(db, [MIGRATION_LOCK], lockWaitSeconds);
    try {
      const done = await applied(db);
      const pending = migrations.filter(({ version }) => !done.has(version));
      for (const migration of pending) await withRetries(session, () => apply(db, migration));
      return (await migrationStatus({ db } as Store)).filter(({ version }) =>
        pending.some((p) => p.version === version),
      );
    } finally {
      await unlock(db, MIGRATION_LOCK).catch(() => {}); // the lock ends with its connection
    }
  });
}

async function apply(db: Db, { version, name, statements }: Migration): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`create schema if not exists timeback`.execute(tx);
    await sql`create table if not exists timeback.migrations (
      version int primary key, name text not null, applied_at timestamptz not null default now())`.execute(tx);
    for (const statement of statements.split(/;\s*\n/))
      if (statement.trim() !== "") await sql.raw(statement).execute(tx);
    await sql`insert into timeback.migrations (version, name) values (${version}, ${name})`.execute(tx);
  });
}
