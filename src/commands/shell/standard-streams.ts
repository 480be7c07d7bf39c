import { fstatSync, writeSync } from "node:fs";
import { printableText } from "../../domain/values/printable.js";
import { safeComplaint } from "../../domain/values/secrets.js";
import { ExitCode } from "../../errors.js";

const STDOUT = 1;
let isWatched = false;

/**
 * Says what becomes of faults of the standard streams: to be called before one of them is used. Not at the start: to load
 * streams takes longer than to print help.
 */
export function watchStreams(): void {
  if (isWatched) return;
  isWatched = true;
  process.stderr.on("error", () => {}); // the exit code still says it
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0); // `timeback report | head` is no failure
    complain(`timeback: standard output cannot be written: ${error.message}\n`);
    process.exit(ExitCode.failed);
  });
}

/** Faults may repeat what was typed or read: people type URLs in the wrong place, and no terminal may obey the data. */
export function complain(text: string, typed: readonly string[] = []): void {
  watchStreams();
  process.stderr.write(printableText(safeComplaint(text, typed)));
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

/** How wide help may be: as wide as the terminal, and as for paper elsewhere. */
export const helpWidth = (): number => (mayBeTerminal() && process.stdout.columns) || HELP_WIDTH;

/**
 * Prints help, or the version: to a pipe or a file without the stream. Where that fails, the stream takes over, which waits or
 * says why; what comes later follows it there.
 */
export function printHelp(text: string): void {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0 && !isWatched && !mayBeTerminal()) rest = rest.subarray(writeSync(STDOUT, rest));
  } catch {} // a full pipe, or a fault that the stream will meet too
  if (rest.length === 0) return;
  watchStreams();
  process.stdout.write(rest);
}
