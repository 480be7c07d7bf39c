import { userInfo } from "node:os";
import { safeArguments } from "../../domain/values/secrets.js";
import { ExitCode } from "../../errors.js";
import { packageVersion } from "../../package-folder.js";
import { complain } from "./complain.js";
import type { Shell } from "./shell.js";
import { StandardStreams } from "./standard-streams.js";

/**
 * Lends the shell of this process, which the command line has for itself: it hears signals, sets flags of V8, and ends
 * with the exit code that was set.
 */
export async function inProcess(argv: readonly string[], work: (shell: Shell) => Promise<void>): Promise<void> {
  const streams = new StandardStreams();
  const isOver = failWhenAbandoned(streams);
  try {
    await work(shellOfProcess(argv, streams));
  } finally {
    isOver();
  }
}

function shellOfProcess(argv: readonly string[], streams: StandardStreams): Shell {
  const version = packageVersion();
  return {
    version,
    env: process.env,
    cwd: "",
    get stdin() {
      return streams.stdin;
    },
    get stdout() {
      return streams.stdout;
    },
    get stderr() {
      return streams.stderr;
    },
    printHelp: (text) => streams.printHelp(text),
    helpWidth: () => streams.helpWidth(),
    signal: stopSignal(streams),
    caller: () => ({ version, user: systemUser(), arguments: safeArguments(argv.slice(2)) }),
    exitWith(code) {
      process.exitCode = code;
    },
    openStore: async (options, work) => (await import("../../store/open.js")).withAnyStore(options, work),
    keepHeapSmall: async () => (await import("./small-heap.js")).keepHeapSmall(),
    given: new Set(),
  };
}

/** The user of this process; its number where the machine has no name for it (as in containers). */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

/** How long a run that was told to stop may go on, to finish its chunk. */
const GRACE_MS = 4000;

/**
 * The first signal asks the run to stop between chunks. Where it cannot within some seconds (a long transaction, an input
 * that stalls), the process ends, and the database takes back what was not committed. A second signal ends it at once.
 */
function stopSignal(streams: StandardStreams): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const exit = () => process.exit(name === "SIGINT" ? 130 : 143);
    process.on(name, () => {
      if (controller.signal.aborted) exit();
      controller.abort(name);
      setTimeout(() => {
        complain(
          streams,
          `timeback: stopped by ${name} in the middle of its work; what was committed is kept, a rerun continues\n`,
        );
        exit();
      }, GRACE_MS).unref();
    });
  }
  return controller.signal;
}

/** An embedded database that dies (its disk is full) answers no more: nothing is left to wait for, and Node would exit with 0. */
function failWhenAbandoned(streams: StandardStreams): () => void {
  const fail = () => {
    complain(
      streams,
      "timeback: the database stopped in the middle of the work (is its disk full?); what was committed is kept, a rerun continues\n",
    );
    process.exit(ExitCode.failed);
  };
  process.once("beforeExit", fail);
  return () => void process.off("beforeExit", fail);
}
