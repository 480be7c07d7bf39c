import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { sql } from "kysely";
import { WorkError } from "../errors.js";
import { explained } from "./explain.js";
import { takeLocks, tryLock, unlock } from "./locks.js";
import { patiently } from "./patience.js";
import type { Session, Store } from "./session.js";

/** Any constant: every run that writes takes this one advisory lock, so that no derivation misses another's rows. */
const RUN_LOCK = "5820467390177356321";
/** Held by the second connection of a run, so that no other run begins before that one's last transaction has ended. */
const BESIDE_LOCK = "5820467390177356322";
/** What faults call the database that runs write to. */
export const ANALYTICS = "the analytics database";

/** What a writing run says of itself. */
export interface RunRequest {
  command: string;
  version: string;
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
  /** A second connection, for work beside the first; null where the run has only one. */
  beside: Session | null;
}

/** `timeback etl oneroster#4711@host`: how a connection names its run to others (PostgreSQL keeps 63 bytes). */
export const applicationName = (command: string): string =>
  `timeback ${command}#${process.pid}@${hostname()}`.slice(0, 63);

const start = (db: Session["db"], runId: string, { command, version }: Pick<RunRequest, "command" | "version">) =>
  db
    .insertInto("timeback.runs")
    .values({
      run_id: runId,
      command,
      program_version: version,
      host: hostname(),
      pid: process.pid,
      finished_at: null,
      outcome: null,
      summary: null,
    })
    .execute();

const finish = (db: Session["db"], runId: string, outcome: string, summary: unknown) =>
  sql`
  update timeback.runs set finished_at = now(), outcome = ${outcome}, summary = ${JSON.stringify(summary ?? null)}::jsonb
  where run_id = ${runId}`.execute(db);

/** Keeps a record of a run that needed no lock, when it is done; its start is that of the transaction. */
export async function logRun(
  db: Session["db"],
  runId: string,
  request: Pick<RunRequest, "command" | "version">,
  summary: unknown,
): Promise<void> {
  await start(db, runId, request);
  await finish(db, runId, "done", summary);
}

/**
 * Runs `work` as the only writing run of this database, and keeps a record of it. The lock dies with its connection.
 * @throws LockedError when another run holds the lock longer than `lockWaitSeconds`.
 */
export async function withRun<T>(store: Store, request: RunRequest, work: (run: Run) => Promise<T>): Promise<T> {
  const isAlone = !request.beside || store.connections < 2;
  return explained(ANALYTICS, () =>
    store.withSession((session) =>
      lockedRun(session, request, (run) => (isAlone ? work(run) : withBeside(store, run, work))),
    ),
  );
}

const withBeside = <T>(store: Store, run: Run, work: (run: Run) => Promise<T>): Promise<T> =>
  store.withSession(async (beside) => {
    if (!(await tryLock(beside.db, BESIDE_LOCK))) return work(run);
    try {
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
        error: error instanceof Error ? error.message : String(error),
      }).catch(() => {});
      throw error;
    });
    await finish(session.db, runId, "done", summary);
    return summary;
  } finally {
    await unlock(session.db, RUN_LOCK).catch(() => {});
  }
}

/** One transaction on the session's connection; inside another one, a part of it. */
export const inOneTransaction = <T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> =>
  session.inTransaction
    ? work(session)
    : session.db.transaction().execute((tx) => work({ ...session, db: tx, inTransaction: true }));

/** As `inOneTransaction`, `patiently`: until it is through, `work` must change nothing but the database. */
export const inTransaction = <T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> =>
  patiently(session, () => inOneTransaction(session, work));

/** Thrown to roll a plan back; never leaves `rolledBack`. */
class Rollback extends Error {}

/** Does the whole work in one transaction, once, returns its result and takes every change back. */
export async function rolledBack<T>(session: Session, work: (session: Session) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  try {
    await inOneTransaction(session, async (inside) => {
      result = { value: await work(inside) };
      throw new Rollback();
    });
  } catch (error) {
    if (!(error instanceof Rollback)) throw error;
  }
  if (!result) throw new WorkError("the plan ended without a result");
  return result.value;
}
