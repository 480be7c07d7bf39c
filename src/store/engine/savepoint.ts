import { sql } from "kysely";
import type { Db } from "./session.js";

const UNIQUE_VIOLATION = "23505";

/** Runs work in a savepoint; if it returns null, everything it did is rolled back, temp tables too. */
export async function inSavepoint<T>(db: Db, work: () => Promise<T | null>): Promise<T | null> {
  await sql`savepoint inner_work`.execute(db);
  const result = await work();
  await (result === null ? sql`rollback to savepoint inner_work` : sql`release savepoint inner_work`).execute(db);
  return result;
}

/** Runs `work`, which inserts rows; rolls back and returns null on a duplicate key. Costs nothing extra without one. */
export const ifAllNew = <T>(db: Db, work: () => Promise<T>): Promise<T | null> =>
  inSavepoint(db, () =>
    work().catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION) return null;
      throw error;
    }),
  );
