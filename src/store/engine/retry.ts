import { setTimeout as sleep } from "node:timers/promises";
import { explainError } from "./database-errors.js";

/** How to retry work after transient errors of a database. */
export interface RetryPolicy {
  /** Name of the database in errors. */
  what: string;
  /** From 0 to 1, for jitter: colliding programs must not retry in step. */
  random(): number;
  sleep(milliseconds: number): Promise<unknown>;
  /** Called before every pause. */
  announce(line: string): void;
}

/** The retry policy for the database that errors call `what`. */
export const retryPolicyFor = (what: string, announce: (line: string) => void = () => {}): RetryPolicy => ({
  what,
  random: Math.random,
  sleep,
  announce,
});

/** Error codes that are retried, and the pauses before the second try, the third, and so on (milliseconds). */
interface Transient {
  codes: ReadonlySet<string>;
  pauses: readonly number[];
}

/** The same transaction may succeed next time: serialization failure, deadlock, lock timeout. */
const COLLIDED: Transient = { codes: new Set(["40001", "40P01", "55P03"]), pauses: [100, 300, 900, 2700] };
/** The server is starting up or shutting down. */
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
 * Runs `work`, retrying after transient errors (docs/RELIABILITY.md, "What is tried again"). `work` must consist of whole
 * transactions of the session and change nothing but the database. Inside a transaction it runs once, since that would have to be
 * repeated from its beginning.
 * @throws WorkError if every try failed
 */
export const withRetries = <T>(
  { inTransaction, retryPolicy }: { inTransaction: boolean; retryPolicy: RetryPolicy },
  work: () => Promise<T>,
): Promise<T> => (inTransaction ? work() : tryAgain(retryPolicy, COLLIDED, work));

/** Connects, waiting some seconds for a server that is starting up. @throws WorkError if it still is */
export const connectWithRetries = <T>(retryPolicy: RetryPolicy, connect: () => Promise<T>): Promise<T> =>
  tryAgain(retryPolicy, STARTING_UP, connect);
