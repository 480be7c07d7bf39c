import { sql } from "kysely";
import { rolledBack } from "./runs.js";
import type { Session } from "./session.js";

/**
 * Lends a transaction of another connection that sees what was committed when it began, as `session` (inside a
 * transaction) does. What `session` itself has written it does not see. Its changes are taken back.
 */
export function inSameSnapshot<T>(session: Session, beside: Session, work: (same: Session) => Promise<T>): Promise<T> {
  return rolledBack(beside, async (same) => {
    await sql`set transaction isolation level repeatable read`.execute(same.db);
    await takeSnapshotOf(session, same);
    return work(same);
  });
}

/** Makes a transaction that has read nothing yet, of isolation level repeatable read, see what `session` sees. */
export async function takeSnapshotOf(session: Session, beside: Session): Promise<void> {
  const { rows } = await sql<{ snapshot: string }>`select pg_export_snapshot() as snapshot`.execute(session.db);
  await sql`set transaction snapshot ${sql.lit(rows[0]?.snapshot ?? "")}`.execute(beside.db);
}
