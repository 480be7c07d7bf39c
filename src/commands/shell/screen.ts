import { once } from "node:events";
import { pathFrom } from "../../config.js";
import { printable, printableJson, printableText } from "../../domain/values/printable.js";
import { checkOutput, type OutputFile } from "./output-check.js";
import type { Shell } from "./shell.js";

/** Where a command writes: the answer to stdout (or a file), everything else to stderr. */
export interface Screen {
  /** Writes the answer, waiting where the reader is slow. */
  print(text: AsyncIterable<string> | Iterable<string>): Promise<void>;
  /** A line for people on stderr; nothing under --quiet. */
  note(line: string): void;
  /** A line on stderr that --quiet does not hide. */
  warn(line: string): void;
  /** Stderr, where it is a terminal with a width (some have none; there a line that changes never ends), and nobody asked for quiet. */
  terminal: Shell["stderr"] | null;
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
async function writeAll(shell: Shell, text: AsyncIterable<string> | Iterable<string>): Promise<void> {
  for await (const part of text) if (!shell.stdout.write(part)) await once(shell.stdout, "drain");
}

/** Loads what a file needs only where there is one: most answers go to stdout, and `--help` must be quick. */
async function writeFile(file: OutputFile, text: AsyncIterable<string>): Promise<void> {
  const { writeOutput } = await import("./output-file.js");
  await writeOutput(file, text);
}

/** Writes a line for people to stderr; nothing under --quiet. */
export const noteUnless =
  (shell: Shell, quiet: boolean | undefined) =>
  (line: string): void => {
    if (!quiet) shell.stderr.write(`${printable(line)}\n`);
  };

/** Off a terminal, or asked for by NO_COLOR, output has no colour. */
const wantsColor = ({ stdout, env }: Shell): boolean => stdout.isTTY === true && !env.NO_COLOR;

const isLively = ({ isTTY, columns = 0 }: Shell["stderr"]): boolean => isTTY === true && columns > 0;

/** The screen of one command. @throws UsageError where the answer cannot go to its file */
export function openScreen(shell: Shell, flags: ScreenFlags): Screen {
  const { output, force = false, ownerOnly = false, quiet, color, format } = flags;
  const file = output === undefined ? null : { name: output, path: pathFrom(shell.cwd, output), force, ownerOnly };
  if (file) checkOutput(file);
  const safe = SAFE[String(format ?? "table")] ?? ((text: string) => text);
  return {
    print: (text) => (file ? writeFile(file, safely(text, safe)) : writeAll(shell, safely(text, safe))),
    note: noteUnless(shell, quiet),
    warn: (line) => {
      shell.stderr.write(`${printable(line)}\n`);
    },
    terminal: isLively(shell.stderr) && !quiet ? shell.stderr : null,
    color: color !== false && output === undefined && wantsColor(shell),
  };
}
