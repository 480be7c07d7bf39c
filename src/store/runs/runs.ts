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
const SECOND_LOCK = "5820467390177356322";
/** Name in errors of the database that runs write to. */
export const ANALYTICS = "the analytics database";

/** The caller of a command, for the run log. docs/reading.md, "runs". */
export interface Caller {
  /** Version of the program. */
  version: string;
  /** User of the operating system. */
  user: string;
  /** The command line without the program's name and without secrets. */
  arguments: readonly string[];
}

/** A logged command and its caller. */
export interface LoggedCommand extends Caller {
  command: string;
}

/** Options of a writing run. */
export interface RunRequest extends LoggedCommand {
  lockWaitSeconds: number;
  /** Dry run: one transaction that is rolled back; no run is logged. */
  dryRun?: boolean;
  /** Whether the run can use a second connection. */
  second?: boolean;
}

/** A run that holds the lock; all its work goes over `session`. */
export interface Run {
  runId: string;
  session: Session;
  /** A second connection, for concurrent work; null if the run has only one. */
  second: Session | null;
}

/** `timeback etl oneroster#4711@host`: how a connection names its run to others (PostgreSQL keeps 63 bytes). */
export const applicationName = (command: string): string =>
  `timeback ${command}#${process.pid}@${hostname()}`.slice(0, 63);

/** Watermarks by source table: `{"users": "2025-03-09 10:00:00", ...}`; null before the first ETL. */
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

/** Logs a finished run that needed no lock; `seconds` is its duration. */
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

/** The holder of the lock of writing runs: at most one. */
export const runHolders = (db: Db): Promise<Holder[]> => holdersOf(db, RUN_LOCK);

/**
 * Runs `work` as the only writing run of this database, and logs it. The lock ends with its connection.
 * @throws LockedError if another run holds the lock longer than `lockWaitSeconds`
 */
export async function withRun<T>(store: Store, request: RunRequest, work: (run: Run) => Promise<T>): Promise<T> {
  const isAlone = !request.second || store.connections < 2;
  return withExplainedErrors(ANALYTICS, () =>
    store.withSession((session) =>
      lockedRun(session, request, (run) => (isAlone ? work(run) : withBeside(store, run, work))),
    ),
  );
}

const withBeside = <T>(store: Store, run: Run, work: (run: Run) => Promise<T>): Promise<T> =>
  store.withSession(async (second) => {
    if (!(await tryLock(second.db, SECOND_LOCK))) return work(run);
    try {
      await withoutWorkers(run.session, second);
      return await work({ ...run, second });
    } finally {
      await unlock(second.db, SECOND_LOCK).catch(() => {});
    }
  });

async function lockedRun<T>(session: Session, request: RunRequest, work: (run: Run) => Promise<T>): Promise<T> {
  const runId = randomUUID();
  await takeLocks(session.db, [RUN_LOCK, SECOND_LOCK], request.lockWaitSeconds);
  await unlock(session.db, SECOND_LOCK);
  try {
    if (request.dryRun) return await rolledBack(session, (inside) => work({ runId, session: inside, second: null }));
    await start(session.db, runId, request);
    const summary = await work({ runId, session, second: null }).catch(async (error: unknown) => {
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
