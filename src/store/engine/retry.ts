import { setTimeout as sleep } from "node:timers/promises";
import { explainError } from "./database-errors.js";

/** How work is retried that a database refused for a transient reason. */
export interface RetryPolicy {
  /** What faults call the database. */
  what: string;
  /** From 0 to 1, for jitter: two programs that collided must not collide again. */
  random(): number;
  sleep(milliseconds: number): Promise<unknown>;
  /** Called before every pause. */
  announce(line: string): void;
}

/** The policy of a program for the database that faults call `what`. */
export const retryPolicyFor = (what: string, announce: (line: string) => void = () => {}): RetryPolicy => ({
  what,
  random: Math.random,
  sleep,
  announce,
});

/** Errors after which work is retried, and the pauses before the second try, the third, and so on (milliseconds). */
interface Transient {
  codes: ReadonlySet<string>;
  pauses: readonly number[];
}

/** The same transaction may succeed next time: serialization failure, deadlock, lock timeout. */
const COLLIDED: Transient = { codes: new Set(["40001", "40P01", "55P03"]), pauses: [100, 300, 900, 2700] };
/** A server that starts up or shuts down. */
const STARTING_UP: Transient = { codes: new Set(["57P03"]), pauses: [200, 400, 800, 1600, 3200, 3200] };

const isOf = ({ codes }: Transient, error: unknown): error is Error & { code: string } =>
  error instanceof Error && "code" in error && codes.has(String(error.code));

async function tryAgain<T>(
  { what, random, sleep: wait, announce }: RetryPolicy,
  transient: Transient,
  work: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isOf(transient, error)) throw error;
      const pause = transient.pauses[tries - 1];
      if (pause === undefined) throw explainError(what, error, `tried ${tries} times`);
      const milliseconds = Math.round(pause * (0.5 + random()));
      announce(`${what}: ${error.message}; trying again in ${(milliseconds / 1000).toFixed(1)} s`);
      await wait(milliseconds);
    }
  }
}

/**
 * Does `work`, which must be whole transactions of the session and must change nothing but the database, and retries it after transient
 * errors (docs/RELIABILITY.md, "What is tried again"). Inside a transaction, which would have to be repeated from its beginning, it is
 * done once.
 * @throws WorkError when every try failed
 */
export const withRetries = <T>(
  { inTransaction, retryPolicy }: { inTransaction: boolean; retryPolicy: RetryPolicy },
  work: () => Promise<T>,
): Promise<T> => (inTransaction ? work() : tryAgain(retryPolicy, COLLIDED, work));

/** Connects; waits some seconds for a server that is starting up. @throws WorkError when it still is */
export const connectWithRetries = <T>(retryPolicy: RetryPolicy, connect: () => Promise<T>): Promise<T> =>
  tryAgain(retryPolicy, STARTING_UP, connect);
