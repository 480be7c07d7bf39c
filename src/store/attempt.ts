import { sql } from "kysely";
import type { Session } from "./session.js";

/** Does work that may turn out to be in vain: where it returns null, all that it made, temp tables too, is taken back. */
export async function attempt<T>({ db }: Session, work: () => Promise<T | null>): Promise<T | null> {
  await sql`savepoint attempt`.execute(db);
  const result = await work();
  await (result === null ? sql`rollback to savepoint attempt` : sql`release savepoint attempt`).execute(db);
  return result;
}
