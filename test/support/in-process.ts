import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { Readable, Writable } from "node:stream";
import type { OpenStore, Shell } from "../../src/commands/shell/shell.js";
import { safeArguments } from "../../src/domain/values/secrets.js";
import { borrowStore } from "./kept-stores.js";
import { program } from "./program.js";

/** What a command run in this process is given. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  input: string | Uint8Array;
}

/** How it ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

const version: string = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;

/** A stream that keeps what is written to it. */
class Written extends Writable {
  private readonly chunks: Buffer[] = [];

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk);
    done();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString("utf8");
  }
}

/** As the program opens a store, but an embedded one stays open for the next command. */
const openStore: OpenStore = async (options, work) => {
  const { withAnyStore } = await program.loadStores();
  return withAnyStore(
    options,
    work,
    options.databaseUrl === undefined ? () => borrowStore(options.dataDir) : undefined,
  );
};

/** Runs a command line of the built program in this process, off a terminal. */
export async function runInProcess(args: readonly string[], { env, cwd, input }: Surroundings): Promise<Ended> {
  const stdout = new Written();
  const stderr = new Written();
  let code = 0;
  const shell: Shell = {
    version,
    env,
    cwd,
    stdin: Readable.from(input.length > 0 ? [Buffer.from(input)] : []),
    stdout,
    stderr,
    printHelp: (text) => void stdout.write(text),
    helpWidth: () => 80,
    signal: new AbortController().signal,
    caller: () => ({ version, user: userInfo().username, arguments: safeArguments(args) }),
    exitWith: (given) => {
      code = given;
    },
    openStore,
    keepHeapSmall: async () => {},
    given: new Set(),
  };
  await program.main([process.execPath, "timeback", ...args], shell);
  return { code, stdout: stdout.text, stderr: stderr.text };
}
