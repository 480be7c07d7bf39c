import { setTimeout as sleep } from "node:timers/promises";
import { unlessExplained } from "./database-errors.js";

/** How patiently work is tried again that a database refused for a reason that passes. */
export interface Patience {
  /** What faults call the database. */
  what: string;
  /** From 0 to 1: two programs that got into each other's way must not meet again. */
  random(): number;
  sleep(milliseconds: number): Promise<unknown>;
  /** Told before every pause. */
  announce(line: string): void;
}

/** The patience of a program with its database. */
export const patienceWith = (what: string, announce: (line: string) => void = () => {}): Patience => ({
  what,
  random: Math.random,
  sleep,
  announce,
});

/** Why work may be tried again, and how long to wait before the second try, the third, and so on (milliseconds). */
interface Passing {
  codes: ReadonlySet<string>;
  pauses: readonly number[];
}

/** The same transaction may succeed next time: serialization failure, deadlock, a lock that was not to be had in time. */
const IN_THE_WAY: Passing = { codes: new Set(["40001", "40P01", "55P03"]), pauses: [100, 300, 900, 2700] };
/** A server that starts up, or makes way for one that does. */
const COMING_UP: Passing = { codes: new Set(["57P03"]), pauses: [200, 400, 800, 1600, 3200, 3200] };

const isOf = ({ codes }: Passing, error: unknown): error is Error & { code: string } =>
  error instanceof Error && "code" in error && codes.has(String(error.code));

async function tryAgain<T>(
  { what, random, sleep: wait, announce }: Patience,
  passing: Passing,
  work: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isOf(passing, error)) throw error;
      const pause = passing.pauses[tries - 1];
      if (pause === undefined) throw unlessExplained(what, error, `tried ${tries} times`);
      const milliseconds = Math.round(pause * (0.5 + random()));
      announce(`${what}: ${error.message}; trying again in ${(milliseconds / 1000).toFixed(1)} s`);
      await wait(milliseconds);
    }
  }
}

/**
 * Does `work`, whole transactions of the session, and again where they were refused for a reason that passes
 * (docs/RELIABILITY.md, "What is tried again"): until it is through, `work` must change nothing but the database. Inside
 * a transaction, which would have to be made again from its beginning, it is done once.
 * @throws WorkError when it was refused every time
 */
export const patiently = <T>(
  { inTransaction, patience }: { inTransaction: boolean; patience: Patience },
  work: () => Promise<T>,
): Promise<T> => (inTransaction ? work() : tryAgain(patience, IN_THE_WAY, work));

/** Makes a connection; waits some seconds for a server that starts up. @throws WorkError when it still does */
export const whenUp = <T>(patience: Patience, connect: () => Promise<T>): Promise<T> =>
  tryAgain(patience, COMING_UP, connect);
