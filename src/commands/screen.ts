import { once } from "node:events";
import { accessSync, constants, createWriteStream, existsSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { printable, printableJson, printableText } from "../domain/printable.js";
import { UsageError, WorkError } from "../errors.js";

/** Where a command writes: the answer to stdout (or a file), everything else to stderr. */
export interface Screen {
  /** Writes the answer, waiting where the reader is slow. */
  print(text: AsyncIterable<string> | Iterable<string>): Promise<void>;
  /** A line for people on stderr; nothing under --quiet. */
  note(line: string): void;
  /** A line on stderr that --quiet does not hide. */
  warn(line: string): void;
  /** True where stderr is a terminal with a width (some have none; there a line that changes never ends), and nobody asked for quiet. */
  lively: boolean;
  /** Whether tables may have colours. */
  color: boolean;
}

/** What the common flags say about output. */
export interface ScreenFlags {
  output?: string | undefined;
  quiet?: boolean | undefined;
  color?: boolean | undefined;
  format?: unknown;
}

/** What is done with every part of an answer, so that no terminal obeys the data; CSV and HTML see to it themselves. */
const SAFE: Readonly<Record<string, (text: string) => string>> = {
  table: printableText,
  junit: printableText,
  json: printableJson,
  ndjson: printableJson,
};

async function* safely(
  text: AsyncIterable<string> | Iterable<string>,
  safe: (text: string) => string,
): AsyncGenerator<string> {
  for await (const part of text) yield safe(part);
}

const saying = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A fault of stdout ends the process, where it is heard (src/cli.ts). */
async function writeAll(text: AsyncIterable<string> | Iterable<string>): Promise<void> {
  for await (const part of text) if (!process.stdout.write(part)) await once(process.stdout, "drain");
}

const POLL_MS = 50;

/**
 * Opens a file, or a pipe: that is waited for and written without a thread of its own, since one that waits in a system
 * call keeps the process from ending.
 */
async function openOutput(path: string): Promise<Writable> {
  if (process.platform !== "linux" || !statSync(path, { throwIfNoEntry: false })?.isFIFO())
    return createWriteStream(path, { flags: "w" });
  const { Socket } = await import("node:net");
  for (;;) {
    try {
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      return new Socket({ fd, readable: false, writable: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw cannotWrite(path, error); // ENXIO: nobody reads it yet
      await sleep(POLL_MS);
    }
  }
}

const cannotWrite = (path: string, error: unknown) =>
  new WorkError(`${path} cannot be written: ${saying(error)}; what was committed is kept`, { cause: error });

async function writeFile(path: string, text: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const file = await openOutput(path);
  let fault: unknown;
  file.once("error", (error) => {
    fault = error;
  });
  try {
    await pipeline(Readable.from(text), file);
  } catch (error) {
    if (error !== fault) throw error;
    throw cannotWrite(path, error);
  }
}

/** Writes a line for people to stderr; nothing under --quiet. */
export const noteUnless =
  (quiet: boolean | undefined) =>
  (line: string): void => {
    if (!quiet) process.stderr.write(`${printable(line)}\n`);
  };

/** Looks before any work is done whether the answer can go there. @throws UsageError */
function checkOutput(path: string): void {
  const folder = dirname(resolve(path));
  const here = existsSync(path);
  if (!existsSync(folder)) throw new UsageError(`--output ${path}: there is no folder ${folder}`);
  if (!statSync(folder).isDirectory()) throw new UsageError(`--output ${path}: ${folder} is no folder`);
  if (here && statSync(path).isDirectory()) throw new UsageError(`--output ${path}: is a folder`);
  try {
    accessSync(here ? path : folder, constants.W_OK);
  } catch (error) {
    throw new UsageError(`--output ${path}: cannot be written: ${saying(error)}`, { cause: error });
  }
}

/** The screen of one command. @throws UsageError where the answer cannot go to its file */
export function openScreen({ output, quiet, color, format }: ScreenFlags, colorful: boolean): Screen {
  if (output !== undefined) checkOutput(output);
  const safe = SAFE[String(format ?? "table")] ?? ((text: string) => text);
  return {
    print: (text) => (output === undefined ? writeAll(safely(text, safe)) : writeFile(output, safely(text, safe))),
    note: noteUnless(quiet),
    warn: (line) => {
      process.stderr.write(`${printable(line)}\n`);
    },
    lively: process.stderr.isTTY === true && process.stderr.columns > 0 && !quiet,
    color: colorful && color !== false && output === undefined,
  };
}
