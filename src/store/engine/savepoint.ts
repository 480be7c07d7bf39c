import { sql } from "kysely";
import type { Db } from "./session.js";

const UNIQUE_VIOLATION = "23505";

/** Does work in a savepoint; where it returns null, all that it did is rolled back, temp tables too. */
export async function inSavepoint<T>(db: Db, work: () => Promise<T | null>): Promise<T | null> {
  await sql`savepoint inner_work`.execute(db);
  const result = await work();
  await (result === null ? sql`rollback to savepoint inner_work` : sql`release savepoint inner_work`).execute(db);
  return result;
}

/** Does `work`, which inserts rows; null, with all of it rolled back, where a row has the key of one that was there. Costs nothing where none has. */
export const ifAllNew = <T>(db: Db, work: () => Promise<T>): Promise<T | null> =>
  inSavepoint(db, () =>
    work().catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION) return null;
      throw error;
    }),
  );
