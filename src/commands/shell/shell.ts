import type { Store } from "../../store/engine/session.js";
import type { OpenOptions } from "../../store/open.js";
import type { Caller } from "../../store/runs/runs.js";

/** Opens the analytics database, lends it to `work`, and closes it. */
export type OpenStore = <T>(options: OpenOptions, work: (store: Store) => Promise<T>) => Promise<T>;

/** What a terminal says of itself; some have no width. */
interface Terminal {
  isTTY?: boolean;
  columns?: number;
}

/** All that commands have of the process in which they run. In tests, and in other programs, it can be something else. */
export interface Shell {
  /** Version of the program. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder in which relative paths start; empty: that of the process. */
  readonly cwd: string;
  readonly stdin: NodeJS.ReadableStream & Terminal;
  readonly stdout: NodeJS.WritableStream & Terminal;
  readonly stderr: NodeJS.WritableStream & Terminal;
  /** Prints help, or the version. Not to `stdout`: the process loads that stream only where it is needed. */
  printHelp(text: string): void;
  /** How many columns help may take. */
  helpWidth(): number;
  /** Aborted when the command is to stop: in a process, by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Who calls, for the run log. */
  caller(): Caller;
  /** Sets the exit code; the last one counts, and 0 where there is none. */
  exitWith(code: number): void;
  readonly openStore: OpenStore;
  /** For commands that read much and keep little. */
  keepHeapSmall(): Promise<void>;
  /** Notes that are given once for each command line, and were given. */
  readonly given: Set<string>;
}
