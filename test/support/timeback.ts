import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { runInProcess } from "./in-process.js";
import { closeStores } from "./kept-stores.js";
import { scratchFolder } from "./scratch.js";

const projectRoot = fileURLToPath(new URL("../../", import.meta.url));
const binary = fileURLToPath(new URL("../../bin/timeback.js", import.meta.url));
const LONGEST_RUN_MS = 110_000;
/** All that a command inherits; DATABASE_URL and the like of the outside never reach a test. */
const INHERITED = ["PATH", "HOME", "TMPDIR", "TEMP", "SystemRoot", "TIMEBACK_POOL_MAX"];

/** Variables that the program itself reads; all others are those of a process. */
const OF_THE_PROGRAM = /^(TIMEBACK_|(ONEROSTER_)?DATABASE_URL$|NO_COLOR$)/;

/** How to run the binary. Without `cwd` it runs in the project root, with an empty data directory of its own. */
export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** Standard input; without it, an empty one. */
  input?: string | Uint8Array;
  /** Leave standard input open: the test writes it, and ends it. */
  keepInputOpen?: boolean;
}

/** How the process ended; `code` is null when a signal ended it. */
export interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a command of the built program to its end, off a terminal. It runs in this process, which spares its start and, on
 * the embedded engine, that of the database; where the environment is one that only a process can have, in its own.
 */
export async function timeback(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { env = {}, cwd = projectRoot, input = "" } = options;
  if (!Object.keys(env).every((name) => OF_THE_PROGRAM.test(name))) return spawned(args, options);
  const ended = await runInProcess(args, { env: await environment(options), cwd, input });
  return { ...ended, signal: null };
}

/** As `timeback`, but the binary in a process of its own, under the Node that runs the tests. */
export async function spawned(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return (await startTimeback(args, options)).ended;
}

/** Starts the binary and lends its process, for tests that interrupt or kill it. */
export async function startTimeback(
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ child: ChildProcess; ended: Promise<Run> }> {
  const { cwd = projectRoot, input = "", keepInputOpen = false } = options;
  await closeStores(); // it may be on one of them
  const child = spawn(process.execPath, [binary, ...args], {
    cwd,
    env: await environment(options),
    timeout: LONGEST_RUN_MS,
    killSignal: "SIGKILL",
  });
  const stdout = textOf(child.stdout);
  const stderr = textOf(child.stderr);
  child.stdin.on("error", () => {}); // it may end before it has read everything
  if (!keepInputOpen) child.stdin.end(input);
  const ended = new Promise<Run>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout: stdout(), stderr: stderr() }));
  });
  return { child, ended };
}

/** The parsed answer of a command, which must end with `code` (default 0) and print one JSON value. */
export const timebackJson = <T = unknown>(args: readonly string[], options: AnswerOptions = {}): Promise<T> =>
  answerOf(timeback, args, options);

/** As `timebackJson`, of a process of its own. */
export const spawnedJson = <T = unknown>(args: readonly string[], options: AnswerOptions = {}): Promise<T> =>
  answerOf(spawned, args, options);

type AnswerOptions = RunOptions & { code?: number };

async function answerOf<T>(
  run: typeof timeback,
  args: readonly string[],
  { code = 0, ...options }: AnswerOptions,
): Promise<T> {
  const ended = await run(args, options);
  expect(ended, `timeback ${args.join(" ")}: ${ended.stderr}`).toMatchObject({ code, signal: null });
  return JSON.parse(ended.stdout) as T;
}

async function environment({ cwd, env }: RunOptions): Promise<Record<string, string>> {
  const inherited = INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []));
  const home = cwd === undefined ? { TIMEBACK_HOME: await scratchFolder("home") } : {};
  return { ...Object.fromEntries(inherited), ...home, ...env };
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}
