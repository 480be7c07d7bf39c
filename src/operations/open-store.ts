import { withExplainedErrors } from "../store/engine/database-errors.js";
import type { Store } from "../store/engine/session.js";
import { openStore as openAnyStore, withSchema } from "../store/open.js";
import { ANALYTICS } from "../store/runs/runs.js";

/** Where the analytics database is, and how to reach it. */
export interface StoreOptions {
  /** `postgres://user@host:5432/database`. Without one, an embedded database in `dataDir` is opened, by one process at a time. */
  databaseUrl?: string | undefined;
  dataDir?: string | undefined;
  /** How the connections name this program to others on the server. */
  program?: string | undefined;
  /** How long to wait for another program that migrates, or that has the embedded database open. */
  lockWaitSeconds?: number | undefined;
  /** Most connections at once. */
  connections?: number | undefined;
  /** False: refuse an outdated schema instead of migrating it. */
  migrate?: boolean | undefined;
}

/** Opens the analytics database with the schema of this program; the caller closes it with `store.close()`. */
export async function openStore({
  databaseUrl,
  dataDir = "./.timeback",
  program = "library",
  lockWaitSeconds = 60,
  connections = 4,
  migrate = true,
}: StoreOptions): Promise<Store> {
  const reached = { databaseUrl, dataDir, command: program, lockWait: lockWaitSeconds, poolMax: connections, migrate };
  return withExplainedErrors(ANALYTICS, async () => {
    const store = await openAnyStore(reached);
    try {
      return await withSchema(store, reached, async () => store);
    } catch (error) {
      await store.close();
      throw error;
    }
  });
}

/** As an operation, with the faults of its database as WorkErrors that say what was tried. */
export const explained = <Operation extends (...args: never[]) => Promise<unknown>>(operation: Operation): Operation =>
  ((...args) => withExplainedErrors(ANALYTICS, () => operation(...args))) as Operation;
