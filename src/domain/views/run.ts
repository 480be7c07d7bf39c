/**
 * What is known of a run: `running` holds the lock of writing runs; `lost` neither ended nor holds it, so it was killed or
 * lost its connection, and what it had not committed was taken back.
 */
export type RunState = "done" | "failed" | "running" | "lost";

/** A run of the run log. Instants are ISO text, numbers decimal text. docs/reading.md, "runs". */
export interface ListedRun {
  runId: string;
  command: string;
  state: RunState;
  startedAt: string;
  finishedAt: string | null;
  /** Until it ended; null while it has not. */
  seconds: string | null;
  version: string;
  /** User of the operating system, and role in the database; null for runs of versions that did not keep them. */
  osUser: string | null;
  dbRole: string | null;
  host: string;
  pid: string;
  /** Words of the command line, without secrets. */
  arguments: readonly string[] | null;
  /** How far each source table was read: instants by table, as JSON text. */
  watermarkBefore: string | null;
  watermarkAfter: string | null;
  /** What the run counted, as JSON text. */
  counts: string | null;
  /** Why it failed. */
  error: string | null;
}

/** A run with all that it told when it ended, as JSON text. */
export interface WholeRun extends ListedRun {
  summary: string | null;
}
