import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { sql } from "kysely";
import { withoutPasswords } from "../../domain/values/secrets.js";
import { wordsOf } from "../../errors.js";
import { type Holder, holdersOf, takeLocks, tryLock, unlock } from "../engine/advisory-locks.js";
import { withExplainedErrors } from "../engine/database-errors.js";
import type { Db, Session, Store } from "../engine/session.js";
import { withoutWorkers } from "../engine/snapshot.js";
import { rolledBack } from "../engine/transactions.js";

/** An arbitrary constant: every writing run takes this advisory lock, so that no derivation misses the rows of another. */
const RUN_LOCK = "5820467390177356321";
/** Held by the second connection of a run, so that no other run begins before its last transaction has ended. */
const BESIDE_LOCK = "5820467390177356322";
/** What faults call the database that runs write to. */
export const ANALYTICS = "the analytics database";

/** Who calls a command, as the run log keeps it. docs/reading.md, "runs". */
export interface Caller {
  /** Version of the program. */
  version: string;
  /** User of the operating system. */
  user: string;
  /** What was typed after the name of the program, without secrets. */
  arguments: readonly string[];
}

/** A command that the run log keeps, and who called it. */
export interface LoggedCommand extends Caller {
  command: string;
}

/** What a writing run says of itself. */
export interface RunRequest extends LoggedCommand {
  lockWaitSeconds: number;
  /** A plan: all of it is one transaction that is rolled back, and no run is recorded. */
  dryRun?: boolean;
  /** Whether the run can use a second connection. */
  beside?: boolean;
}

/** A run that holds the lock; everything it does goes over `session`. */
export interface Run {
  runId: string;
  session: Session;
  /** A second connection, for concurrent work; null where the run has only one. */
  beside: Session | null;
}

/** `timeback etl oneroster#4711@host`: how a connection names its run to others (PostgreSQL keeps 63 bytes). */
export const applicationName = (command: string): string =>
  `timeback ${command}#${process.pid}@${hostname()}`.slice(0, 63);

/** How far each source table was read: `{"users": "2025-03-09 10:00:00", ...}`; null before the first ETL. */
const WATERMARKS = sql`(
  select jsonb_object_agg(source_table, date_last_modified) from timeback.watermarks where date_last_modified is not null)`;

const WHO = sql`run_id, command, program_version, host, pid, os_user, db_role, backend_pid, arguments, watermark_before`;

const who = (runId: string, { command, version, user, arguments: args }: LoggedCommand) =>
  sql`${runId}::uuid, ${command}, ${version}, ${hostname()}, ${process.pid}::int, ${user}, session_user::text, pg_backend_pid(),
    ${JSON.stringify(args)}::jsonb, ${WATERMARKS}`;

const start = (db: Db, runId: string, command: LoggedCommand) =>
  sql`insert into timeback.runs (${WHO}) values (${who(runId, command)})`.execute(db);

const finish = (db: Db, runId: string, outcome: string, summary: unknown) =>
  sql`
  update timeback.runs set finished_at = clock_timestamp(), outcome = ${outcome}, watermark_after = ${WATERMARKS},
    summary = ${JSON.stringify(summary ?? null)}::jsonb
  where run_id = ${runId}`.execute(db);

/** Keeps a record of a run that needed no lock, when it is done; `seconds` is how long it took until then. */
export async function logRun(
  db: Db,
  { runId, seconds, ...command }: LoggedCommand & { runId: string; seconds: number },
  summary: unknown,
): Promise<void> {
  await sql`
    insert into timeback.runs (${WHO}, started_at, finished_at, outcome, watermark_after, summary)
    values (${who(runId, command)}, clock_timestamp() - make_interval(secs => ${seconds}::float8), clock_timestamp(),
      'done', ${WATERMARKS}, ${JSON.stringify(summary)}::jsonb)`.execute(db);
}

/** Who holds the lock of writing runs now: at most one. */
export const runHolders = (db: Db): Promise<Holder[]> => holdersOf(db, RUN_LOCK);

/**
 * Runs `work` as the only writing run of this database, and keeps a record of it. The lock dies with its connection.
 * @throws LockedError when another run holds the lock longer than `lockWaitSeconds`.
 */
export async function withRun<T>(store: Store, request: RunRequest, work: (run: Run) => Promise<T>): Promise<T> {
  const isAlone = !request.beside || store.connections < 2;
  return withExplainedErrors(ANALYTICS, () =>
    store.withSession((session) =>
      lockedRun(session, request, (run) => (isAlone ? work(run) : withBeside(store, run, work))),
    ),
  );
}

const withBeside = <T>(store: Store, run: Run, work: (run: Run) => Promise<T>): Promise<T> =>
  store.withSession(async (beside) => {
    if (!(await tryLock(beside.db, BESIDE_LOCK))) return work(run);
    try {
      await withoutWorkers(run.session, beside);
      return await work({ ...run, beside });
    } finally {
      await unlock(beside.db, BESIDE_LOCK).catch(() => {});
    }
  });

async function lockedRun<T>(session: Session, request: RunRequest, work: (run: Run) => Promise<T>): Promise<T> {
  const runId = randomUUID();
  await takeLocks(session.db, [RUN_LOCK, BESIDE_LOCK], request.lockWaitSeconds);
  await unlock(session.db, BESIDE_LOCK);
  try {
    if (request.dryRun) return await rolledBack(session, (inside) => work({ runId, session: inside, beside: null }));
    await start(session.db, runId, request);
    const summary = await work({ runId, session, beside: null }).catch(async (error: unknown) => {
      await finish(session.db, runId, "failed", {
        error: withoutPasswords(wordsOf(error)),
      }).catch(() => {});
      throw error;
    });
    await finish(session.db, runId, "done", summary);
    return summary;
  } finally {
    await unlock(session.db, RUN_LOCK).catch(() => {});
  }
}
