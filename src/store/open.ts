import { withExplainedErrors } from "./engine/database-errors.js";
import { openPglite } from "./engine/pglite.js";
import { openPostgres } from "./engine/postgres.js";
import { retryPolicyFor } from "./engine/retry.js";
import type { Store } from "./engine/session.js";
import { ANALYTICS, applicationName } from "./runs/runs.js";
import { migrate, requireCurrentSchema } from "./schema/migrate.js";

/** Location of a store, and how long to wait for it. */
export interface OpenOptions {
  databaseUrl?: string | undefined;
  /** Data directory of the embedded database, used if there is no URL. */
  dataDir: string;
  command: string;
  lockWait: number;
  poolMax: number;
  /** Migrate the schema first; otherwise an outdated schema is refused. */
  migrate: boolean;
  /** Called before a retry. */
  announce?: (line: string) => void;
}

/** Opens the analytics database, whatever its schema; the caller closes it. */
export async function openStore(options: OpenOptions): Promise<Store> {
  const { databaseUrl, dataDir, command, lockWait, poolMax, announce } = options;
  if (databaseUrl === undefined) return openPglite({ home: dataDir, command, lockWaitSeconds: lockWait });
  const retryPolicy = retryPolicyFor(ANALYTICS, announce);
  return openPostgres({ url: databaseUrl, max: poolMax, applicationName: applicationName(command), retryPolicy });
}

/** Runs `work` on the analytics database with the current schema, and closes it. */
export const withStore = <T>(options: OpenOptions, work: (store: Store) => Promise<T>): Promise<T> =>
  withAnyStore(options, (store) => withSchema(store, options, () => work(store)));

/** Runs `work` on an analytics database with the current schema. @throws WorkError for any other schema */
export async function withSchema<T>(
  store: Store,
  { migrate: mayMigrate, lockWait }: Pick<OpenOptions, "migrate" | "lockWait">,
  work: () => Promise<T>,
): Promise<T> {
  if (mayMigrate) await migrate(store, lockWait);
  else await requireCurrentSchema(store);
  return work();
}

/** Runs `work` on the analytics database, whatever its schema, and closes it. `opening` may return an open one. */
export async function withAnyStore<T>(
  options: OpenOptions,
  work: (store: Store) => Promise<T>,
  opening: (options: OpenOptions) => Promise<Store> = openStore,
): Promise<T> {
  return withExplainedErrors(ANALYTICS, async () => {
    const store = await opening(options);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  });
}

const SOURCE_TIMEOUT_MS = 600_000;
const SOURCE = "the OneRoster source database";

/**
 * Runs `work` on a source database, in a read-only session with a statement timeout of ten minutes. Errors of other databases that
 * `work` uses must be explained inside it, as `withRun` does.
 */
export async function withSource<T>(
  { url, command, announce }: { url: string } & Pick<OpenOptions, "command" | "announce">,
  work: (source: Store) => Promise<T>,
): Promise<T> {
  const source = openPostgres({
    url,
    max: 1,
    applicationName: applicationName(command),
    retryPolicy: retryPolicyFor(SOURCE, announce),
    readOnly: { statementTimeoutMs: SOURCE_TIMEOUT_MS },
  });
  try {
    return await withExplainedErrors(SOURCE, () => work(source));
  } finally {
    await source.close();
  }
}
