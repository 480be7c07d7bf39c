import { type RawBuilder, sql } from "kysely";
import { rolledBack } from "./runs.js";
import type { Session, Store } from "./session.js";

const PAGE_ROWS = 200;

/** Reads what several queries ask from one state of the database. */
export const inSnapshot = <T>(store: Store, work: (db: Session["db"]) => Promise<T>): Promise<T> =>
  store.db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(work);

/**
 * As `inSnapshot`, on one connection that may make temp tables: every change is taken back in the end. Waits for no
 * run, and no run waits for it.
 */
export const inDraft = <T>(store: Store, work: (session: Session) => Promise<T>): Promise<T> =>
  store.withSession((session) =>
    rolledBack(session, async (draft) => {
      await sql`set transaction isolation level repeatable read`.execute(draft.db);
      return work(draft);
    }),
  );

/**
 * Rows from a cursor, some at a time. The statement must cast to text what is no text: the parsers of the connection
 * do not reach a cursor's rows, and pg's own would round numbers and move days into the process's time zone.
 */
export async function* streamRows<Row>(db: Session["db"], statement: RawBuilder<Row>): AsyncGenerator<Row[]> {
  for await (const { rows } of db.getExecutor().stream<Row>(statement.compile(db), PAGE_ROWS)) yield rows;
}
