import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { LockedError } from "../../errors.js";
import type { Db } from "./session.js";

const POLL_MS = 100;

/** A connection that holds a lock. */
export interface Holder {
  /** Pid of the server process. */
  backendPid: number;
  /** `application_name`; null if hidden from this role. */
  name: string | null;
  /** When the connection was made, in UTC; null if hidden from this role. */
  since: string | null;
}

/** The connections that currently hold any of these advisory locks of this database (pg_locks ignores snapshots). */
export async function holdersOf(db: Db, ...locks: readonly string[]): Promise<Holder[]> {
  const { rows } = await sql<Holder>`
    select l.pid as "backendPid", a.application_name as name,
      to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
    from pg_locks l left join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'advisory' and l.granted and l.objsubid = 1
      and l.database = (select oid from pg_database where datname = current_database())
      and (l.classid::bigint << 32) + l.objid::bigint = any(${locks}::bigint[])`.execute(db);
  return rows;
}

/** A holder of one of these locks, in words. */
async function holderOf(db: Db, locks: readonly string[]): Promise<string> {
  const [holder] = await holdersOf(db, ...locks);
  const found = /^timeback (.+)#(\d+)@(.+)$/.exec(holder?.name ?? "");
  const since = holder?.since ?? "unknown";
  return found ? `timeback ${found[1]}, host ${found[3]}, pid ${found[2]}, since ${since}` : `since ${since}`;
}

/** Takes an advisory lock for the session if it is free. Returns whether it did. */
export async function tryLock(db: Db, lock: string): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`select pg_try_advisory_lock(${lock}::bigint) as taken`.execute(db);
  return rows[0]?.taken === true;
}

/** Releases a lock. */
export async function unlock(db: Db, lock: string): Promise<void> {
  await sql`select pg_advisory_unlock(${lock}::bigint)`.execute(db);
}

async function tryLocks(db: Db, locks: readonly string[]): Promise<boolean> {
  for (const [n, lock] of locks.entries())
    if (!(await tryLock(db, lock))) {
      for (const taken of locks.slice(0, n)) await unlock(db, taken);
      return false;
    }
  return true;
}

/**
 * Takes all of these advisory locks for the session.
 * @throws LockedError naming a holder, when another session holds one of them longer than `waitSeconds`.
 */
export async function takeLocks(db: Db, locks: readonly string[], waitSeconds: number): Promise<void> {
  const deadline = Date.now() + waitSeconds * 1000;
  while (!(await tryLocks(db, locks))) {
    if (Date.now() >= deadline)
      throw new LockedError(
        `another run holds the lock (${await holderOf(db, locks)}); wait for it, or give --lock-wait <seconds>`,
      );
    await sleep(POLL_MS);
  }
}
