import { sql } from "kysely";
import type { Db } from "./session.js";

const UNIQUE_VIOLATION = "23505";

/** Does work that may turn out to be in vain: where it returns null, all that it made, temp tables too, is taken back. */
export async function attempt<T>(db: Db, work: () => Promise<T | null>): Promise<T | null> {
  await sql`savepoint attempt`.execute(db);
  const result = await work();
  await (result === null ? sql`rollback to savepoint attempt` : sql`release savepoint attempt`).execute(db);
  return result;
}

/**
 * Does `work`, which inserts rows. Null where a row of such a key was there before: then nothing of it was done. To find
 * that out costs nothing as long as it is not so.
 */
export const ifAllNew = <T>(db: Db, work: () => Promise<T>): Promise<T | null> =>
  attempt(db, () =>
    work().catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION) return null;
      throw error;
    }),
  );
