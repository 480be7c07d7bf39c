import { type RawBuilder, sql } from "kysely";
import { IMPORTED_SCHEMA } from "../../domain/rules/oneroster-source.js";
import { WorkError } from "../../errors.js";
import type { Db, Session, Store } from "./session.js";
import { rolledBack } from "./transactions.js";

const PAGE_ROWS = 200;

/** Does several queries over one state of the database. */
export const inSnapshot = <T>(store: Store, work: (db: Db) => Promise<T>): Promise<T> =>
  store.db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(work);

/**
 * As `inSnapshot`, on one connection that may make temp tables: every change is rolled back in the end. Waits for no run, and no run
 * waits for it.
 */
export const inDraft = <T>(store: Store, work: (session: Session) => Promise<T>): Promise<T> => store.withDraft(work);

/** What is done with the temp tables of a draft after it has ended. */
export type Keep = (session: Session) => Promise<void>;

/**
 * As `inDraft`, but where `work` returns something to keep, the temp tables stay on the connection for it: it is called
 * after the draft has ended, with no transaction open. A draft that keeps nothing, or wrote to any other table, is rolled back.
 * @throws WorkError for a draft that wrote to another table: a fault of this program
 */
export const inKeptDraft = <T>(
  store: Store,
  work: (session: Session) => Promise<{ answer: T; keep: Keep | null }>,
): Promise<T> =>
  store.withDraft(async (draft) => {
    const before = await rowsWritten(draft.db);
    const { answer, keep } = await work(draft);
    if (keep === null) return answer;
    requireSame(before, await rowsWritten(draft.db));
    await sql`commit`.execute(draft.db);
    await keep({ ...draft, inTransaction: false });
    if (store.kind === "pglite") await sql`discard temp`.execute(draft.db); // its one connection goes on
    return answer;
  });

/** Does `work` with a draft on another connection that sees the same state as this one; with null where the store has only one. */
export const besideDraft = <T>(
  store: Store,
  session: Session,
  work: (beside: Session | null) => Promise<T>,
): Promise<T> =>
  store.connections < 2
    ? work(null)
    : store.withDraft(async (beside) => {
        await takeSnapshotOf(session, beside);
        await withoutWorkers(session, beside);
        return work(beside);
      });

/** How many rows of each table that is not temporary this transaction wrote, as far as its statistics are not reported yet. */
async function rowsWritten(db: Db): Promise<string> {
  const { rows } = await sql<{ written: string | null }>`
    select string_agg(concat_ws(' ', relname, inserted, updated, deleted), ', ' order by relname) as written
    from pg_class c
    cross join lateral (select pg_stat_get_xact_tuples_inserted(c.oid) as inserted, pg_stat_get_xact_tuples_updated(c.oid) as updated,
      pg_stat_get_xact_tuples_deleted(c.oid) as deleted offset 0) n
    where c.relkind = 'r' and c.relnamespace in (select oid from pg_namespace where nspname in ('timeback', ${IMPORTED_SCHEMA}))
      and inserted + updated + deleted > 0`.execute(db);
  return rows[0]?.written ?? "";
}

function requireSame(before: string, after: string): void {
  if (before !== after) throw new WorkError(`the audit wrote to tables (${after}): all of it was taken back`);
}

/**
 * Rows from a cursor, some at a time. The statement must cast to text what is no text: the parsers of the connection
 * do not reach a cursor's rows, and pg's own would round numbers and move days into the process's time zone.
 */
export async function* streamRows<Row>(db: Db, statement: RawBuilder<Row>): AsyncGenerator<Row[]> {
  for await (const { rows } of db.getExecutor().stream<Row>(statement.compile(db), PAGE_ROWS)) yield rows;
}
/**
 * Turns parallel workers off for the two connections of a run or an audit (until a rollback). The two keep two cores busy; on a server
 * with no more cores, handing rows between processes costs more than it saves (bench/HISTORY.md). Larger ones were not measured.
 */
export const withoutWorkers = (...sessions: readonly Pick<Session, "db">[]): Promise<unknown> =>
  Promise.all(sessions.map(({ db }) => sql`set max_parallel_workers_per_gather = 0`.execute(db)));

/**
 * Does `work` in a transaction of another connection that sees the same committed state as `session`, which must be in a transaction;
 * not what `session` itself has written. It is rolled back.
 */
export function inSameSnapshot<T>(session: Session, beside: Session, work: (same: Session) => Promise<T>): Promise<T> {
  return rolledBack(beside, async (same) => {
    await sql`set transaction isolation level repeatable read`.execute(same.db);
    await takeSnapshotOf(session, same);
    return work(same);
  });
}
/** Makes a transaction that has read nothing yet, of isolation level repeatable read, see what `session` sees. */
async function takeSnapshotOf(session: Session, beside: Session): Promise<void> {
  const { rows } = await sql<{ snapshot: string }>`select pg_export_snapshot() as snapshot`.execute(session.db);
  await sql`set transaction snapshot ${sql.lit(rows[0]?.snapshot ?? "")}`.execute(beside.db);
}
