import { fstatSync, writeSync } from "node:fs";
import { ExitCode } from "../../errors.js";
import { complain } from "./complain.js";

const STDOUT = 1;

/**
 * The standard streams of this process. What becomes of their faults is settled when one of them is first asked for, not
 * at the start: to load streams takes longer than to print help.
 */
export class StandardStreams {
  private isWatched = false;

  get stdin(): NodeJS.ReadStream {
    return process.stdin;
  }

  get stdout(): NodeJS.WriteStream {
    this.watch();
    return process.stdout;
  }

  get stderr(): NodeJS.WriteStream {
    this.watch();
    return process.stderr;
  }

  /** As wide as the terminal, and as for paper elsewhere. */
  helpWidth(): number {
    return (mayBeTerminal() && process.stdout.columns) || HELP_WIDTH;
  }

  /**
   * Prints help to a pipe or a file without the stream. Where that fails, the stream takes over, which waits or says why; what
   * comes later follows it there.
   */
  printHelp(text: string): void {
    let rest = Buffer.from(text);
    try {
      while (rest.length > 0 && !this.isWatched && !mayBeTerminal()) rest = rest.subarray(writeSync(STDOUT, rest));
    } catch {} // a full pipe, or a fault that the stream will meet too
    if (rest.length > 0) this.stdout.write(rest);
  }

  private watch(): void {
    if (this.isWatched) return;
    this.isWatched = true;
    process.stderr.on("error", () => {}); // the exit code still says it
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0); // `timeback report | head` is no failure
      complain(this, `timeback: standard output cannot be written: ${error.message}\n`);
      process.exit(ExitCode.failed);
    });
  }
}

/** False for a pipe and for a file, told without loading the stream. */
function mayBeTerminal(): boolean {
  try {
    return fstatSync(STDOUT).isCharacterDevice();
  } catch {
    return true; // the stream says what is wrong
  }
}

const HELP_WIDTH = 80;
