import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { LockedError, WorkError, wordsOf } from "../../errors.js";

interface Holder {
  pid: number;
  /** Start of the process in clock ticks (Linux), to detect a reused pid. */
  start: string | null;
  host: string;
  token: string;
  command: string;
  since: string;
}

const TAKEOVER_STALE_MS = 10_000;
const POLL_MS = 75;

/** Field 22 of /proc/<pid>/stat; null if there is no /proc. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

const isErrno = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!isErrno(error, "EPERM")) return false;
  }
  const start = processStart(holder.pid);
  return start === null || holder.start === null || start === holder.start;
}

function readHolder(lock: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(lock, "utf8")) as Holder;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    const why = wordsOf(error);
    throw new WorkError(`the lock ${lock} cannot be read (${why}): where no other timeback runs, remove it`, {
      cause: error,
    });
  }
}

/** Links a complete file into place, so that a lock is never read half written. */
function tryLink(lock: string, holder: Holder): boolean {
  const draft = `${lock}.${holder.token}`;
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Removes a dead process's lock; of several waiting processes only the one that creates the guard folder does. */
function removeDead(lock: string, dead: Holder): void {
  const guard = `${lock}.takeover`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    const age = Date.now() - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > TAKEOVER_STALE_MS) rmSync(guard, { recursive: true, force: true });
    return;
  }
  try {
    if (readHolder(lock)?.token === dead.token) unlinkSync(lock);
  } finally {
    rmdirSync(guard);
  }
}

/**
 * Takes `<directory>.lock` for this process and returns its release function. Waits up to `waitSeconds`.
 * @throws LockedError naming the holder (host, pid, since)
 */
export async function lockDirectory(directory: string, command: string, waitSeconds: number): Promise<() => void> {
  const lock = `${directory}.lock`;
  const since = new Date().toISOString();
  const mine: Holder = {
    pid: process.pid,
    start: processStart(process.pid),
    host: hostname(),
    token: randomUUID(),
    command,
    since,
  };
  const deadline = Date.now() + waitSeconds * 1000;
  while (!tryLink(lock, mine)) {
    const holder = readHolder(lock);
    if (holder && !isAlive(holder)) {
      removeDead(lock, holder);
      continue;
    }
    if (holder && Date.now() >= deadline) {
      const who = `timeback ${holder.command}, host ${holder.host}, pid ${holder.pid}, since ${holder.since}`;
      throw new LockedError(
        `another run holds the embedded database (${who}); wait for it, or give --lock-wait <seconds>. If that process is gone, remove ${lock}`,
      );
    }
    await sleep(POLL_MS);
  }
  const free = () => {
    if (readHolder(lock)?.token === mine.token) unlinkSync(lock);
  };
  process.once("exit", free);
  return () => {
    process.off("exit", free);
    free();
  };
}
