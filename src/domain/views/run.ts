/**
 * State of a run: `running` holds the lock of writing runs; `lost` neither ended nor holds it, so it was killed or lost its
 * connection, and its uncommitted work was rolled back.
 */
export type RunState = "done" | "failed" | "running" | "lost";

/** A run of the run log. Instants are ISO text, numbers decimal text. docs/reading.md, "runs". */
export interface ListedRun {
  runId: string;
  command: string;
  state: RunState;
  startedAt: string;
  finishedAt: string | null;
  /** Duration; null until it ends. */
  seconds: string | null;
  version: string;
  /** User of the operating system, and database role; null for runs of versions that did not log them. */
  osUser: string | null;
  dbRole: string | null;
  host: string;
  pid: string;
  /** The command line, without secrets. */
  arguments: readonly string[] | null;
  /** Watermarks by source table, as JSON text. */
  watermarkBefore: string | null;
  watermarkAfter: string | null;
  /** The run's counts, as JSON text. */
  counts: string | null;
  /** Why it failed. */
  error: string | null;
}

/** A run with its summary, as JSON text. */
export interface WholeRun extends ListedRun {
  summary: string | null;
}
