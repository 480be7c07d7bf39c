import { sql } from "kysely";
import type { Session } from "./session.js";

const UNIQUE_VIOLATION = "23505";

/**
 * Does `work`, which inserts rows, inside the transaction that is open. Null where a row of such a key was there before:
 * then nothing of it was done. To find that out costs nothing as long as it is not so.
 */
export async function ifAllNew<T>(db: Session["db"], work: () => Promise<T>): Promise<T | null> {
  await sql`savepoint all_new`.execute(db);
  try {
    const result = await work();
    await sql`release savepoint all_new`.execute(db);
    return result;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === UNIQUE_VIOLATION)) throw error;
    await sql`rollback to savepoint all_new`.execute(db);
    return null;
  }
}
