import { InterruptedError } from "../errors.js";
import type { Caller } from "../store/runs/runs.js";
import type { RequestedSettings } from "../store/runs/settings.js";

/** How far an operation is: what it is at (a file, a table, a check), and how many records, rows or findings it has come to. */
export interface Step {
  doing: string;
  count: number;
  /** Of a file whose size is known: how much of it was read. */
  bytes?: { done: number; total: number | null };
}

/** What may be said to people while an operation goes on; none of it is a fault. */
export interface Notices {
  /** A database refused something for a reason that passes; it is tried again. */
  retrying(line: string): void;
  /** Records travel to and from this host as plain text. */
  plainText(host: string): void;
}

/** Who calls an operation, how long it may wait for locks, how it is stopped, and where progress and notices go. */
export interface Invocation {
  /** Who calls, for the run log. */
  readonly caller: Caller;
  /** How long to wait for another run that writes; after that, LockedError. */
  readonly lockWaitSeconds: number;
  /** Settings that shape facts, where the caller asks for some; a database that has others refuses the run (UsageError). */
  readonly settings: RequestedSettings;
  /** Aborted when the operation is to stop: it does so between two transactions, by InterruptedError. */
  readonly stop: AbortSignal;
  /** Told often; must return at once. */
  progress(step: Step): void;
  readonly notices: Notices;
}

/** Throws InterruptedError when the signal was aborted; its reason says by what. */
export function stopOn(signal: AbortSignal): () => void {
  return () => {
    if (signal.aborted) throw new InterruptedError(String(signal.reason));
  };
}

/** What a writing run says of itself: `withRun`'s request. */
export const runRequest = (
  command: string,
  { caller, lockWaitSeconds }: Invocation,
  { dryRun = false, second = false }: { dryRun?: boolean | undefined; second?: boolean } = {},
) => ({ command, ...caller, lockWaitSeconds, dryRun, second });
