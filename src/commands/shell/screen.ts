import { once } from "node:events";
import { printable, printableJson, printableText } from "../../domain/values/printable.js";
import { checkOutput, type OutputFile } from "./output-check.js";

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
  force?: boolean | undefined;
  /** The answer holds records as they came: its file is its owner's alone. */
  ownerOnly?: boolean | undefined;
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

/** A fault of stdout ends the process, where it is heard (src/commands/shell/standard-streams.ts). */
async function writeAll(text: AsyncIterable<string> | Iterable<string>): Promise<void> {
  for await (const part of text) if (!process.stdout.write(part)) await once(process.stdout, "drain");
}

/** Loads what a file needs only where there is one: most answers go to stdout, and `--help` must be quick. */
async function writeFile(file: OutputFile, text: AsyncIterable<string>): Promise<void> {
  const { writeOutput } = await import("./output-file.js");
  await writeOutput(file, text);
}

/** Writes a line for people to stderr; nothing under --quiet. */
export const noteUnless =
  (quiet: boolean | undefined) =>
  (line: string): void => {
    if (!quiet) process.stderr.write(`${printable(line)}\n`);
  };

/** The screen of one command. @throws UsageError where the answer cannot go to its file */
export function openScreen(flags: ScreenFlags, colorful: boolean): Screen {
  const { output, force = false, ownerOnly = false, quiet, color, format } = flags;
  const file = output === undefined ? null : { path: output, force, ownerOnly };
  if (file) checkOutput(file);
  const safe = SAFE[String(format ?? "table")] ?? ((text: string) => text);
  return {
    print: (text) => (file ? writeFile(file, safely(text, safe)) : writeAll(safely(text, safe))),
    note: noteUnless(quiet),
    warn: (line) => {
      process.stderr.write(`${printable(line)}\n`);
    },
    lively: process.stderr.isTTY === true && process.stderr.columns > 0 && !quiet,
    color: colorful && color !== false && output === undefined,
  };
}
