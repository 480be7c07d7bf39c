import { type RawBuilder, sql } from "kysely";
import { IMPORTED_SCHEMA } from "../../domain/rules/oneroster-source.js";
import { WorkError } from "../../errors.js";
import type { Db, Session, Store } from "./session.js";
import { rolledBack } from "./transactions.js";

const PAGE_ROWS = 200;

/** Runs queries in one read-only snapshot of the database. */
export const inSnapshot = <T>(store: Store, work: (db: Db) => Promise<T>): Promise<T> =>
  store.db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(work);

/**
 * As `inSnapshot`, on one connection that may create temp tables. All changes are rolled back at the end. Neither waits for runs nor
 * blocks them.
 */
export const inDraft = <T>(store: Store, work: (session: Session) => Promise<T>): Promise<T> => store.withDraft(work);

/** Uses the temp tables of a draft after it has ended. */
export type Keep = (session: Session) => Promise<void>;

/**
 * As `inDraft`, but if `work` returns `keep`, the draft's temp tables are kept for that call, which runs after the draft has ended,
 * with no transaction open. A draft that returns no `keep`, or wrote to any other table, is rolled back.
 * @throws WorkError if the draft wrote to another table, which is a bug
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
    if (store.kind === "pglite") await sql`discard temp`.execute(draft.db); // its only connection stays open
    return answer;
  });

/** Runs `work` with a draft of the same snapshot on another connection, or with null if the store has only one. */
export const withSecondDraft = <T>(
  store: Store,
  session: Session,
  work: (second: Session | null) => Promise<T>,
): Promise<T> =>
  store.connections < 2
    ? work(null)
    : store.withDraft(async (second) => {
        await takeSnapshotOf(session, second);
        await withoutWorkers(session, second);
        return work(second);
      });

/** The numbers of rows that this transaction wrote to each permanent table, as far as its statistics are not reported yet. */
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
  if (before !== after) throw new WorkError(`the audit wrote to tables (${after}): all of it was rolled back`);
}

/**
 * Rows from a cursor, in pages. The statement must cast all values to text: the connection's parsers do not apply to a cursor's rows,
 * and those of pg would round numbers and shift days into the process's time zone.
 */
export async function* streamRows<Row>(db: Db, statement: RawBuilder<Row>): AsyncGenerator<Row[]> {
  for await (const { rows } of db.getExecutor().stream<Row>(statement.compile(db), PAGE_ROWS)) yield rows;
}
/**
 * Disables parallel workers for both connections of a run or an audit (until a rollback). The two keep two cores busy; on a server
 * with no more cores, passing rows between processes costs more than it saves (bench/HISTORY.md). Larger servers were not measured.
 */
export const withoutWorkers = (...sessions: readonly Pick<Session, "db">[]): Promise<unknown> =>
  Promise.all(sessions.map(({ db }) => sql`set max_parallel_workers_per_gather = 0`.execute(db)));

/**
 * Runs `work` in a transaction of another connection that sees the snapshot of `session`, which must be in a transaction, without
 * what `session` has written itself. It is rolled back.
 */
export function inSameSnapshot<T>(session: Session, second: Session, work: (same: Session) => Promise<T>): Promise<T> {
  return rolledBack(second, async (same) => {
    await sql`set transaction isolation level repeatable read`.execute(same.db);
    await takeSnapshotOf(session, same);
    return work(same);
  });
}
/** Makes a repeatable-read transaction that has read nothing yet adopt the snapshot of `session`. */
async function takeSnapshotOf(session: Session, second: Session): Promise<void> {
  const { rows } = await sql<{ snapshot: string }>`select pg_export_snapshot() as snapshot`.execute(session.db);
  await sql`set transaction snapshot ${sql.lit(rows[0]?.snapshot ?? "")}`.execute(second.db);
}
