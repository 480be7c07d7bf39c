import { randomBytes } from "node:crypto";
import {
  chmodSync,
  constants,
  createWriteStream,
  existsSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { WorkError, wordsOf } from "../../errors.js";
import { isThrough, type OutputFile } from "./output-check.js";

const OWNER_ONLY = 0o600;
const ANYBODY = 0o666; // less the process's umask
const PERMISSIONS = 0o777;

const POLL_MS = 50;

/**
 * Opens a pipe: it is waited for and written without a thread of its own, since one that waits in a system call keeps the
 * process from ending.
 */
async function openPipe(path: string): Promise<Writable> {
  const { Socket } = await import("node:net");
  for (;;) {
    try {
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      return new Socket({ fd, readable: false, writable: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw unwritable(path, error); // ENXIO: nobody reads it yet
      await sleep(POLL_MS);
    }
  }
}

const isPipe = (path: string): boolean =>
  process.platform === "linux" && statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;

/** Writes to a path, telling its own faults from those of the text. @throws WorkError for its own */
async function write(
  text: AsyncIterable<string> | Iterable<string>,
  { name, draft, ...options }: { name: string; draft: string; flags: string; mode?: number },
): Promise<void> {
  const file: Writable = isPipe(draft) ? await openPipe(draft) : createWriteStream(draft, options);
  let fault: unknown;
  file.once("error", (error) => {
    fault = error;
  });
  try {
    await pipeline(Readable.from(text), file);
  } catch (error) {
    if (error !== fault) throw error;
    throw unwritable(name, error);
  }
}

const unwritable = (name: string, error: unknown): WorkError =>
  new WorkError(`${name} cannot be written: ${wordsOf(error)}; what was committed is kept`, { cause: error });

/**
 * Writes an answer to its file. The file is there when all of it is: until then, and when the run fails, what was there
 * before stays. @throws WorkError where it cannot be written, or appeared while the run was at work
 */
export async function writeOutput(output: OutputFile, text: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const { name, path, ownerOnly } = output;
  const there = statSync(path, { throwIfNoEntry: false });
  if (isThrough(path, there)) return write(text, { name, draft: path, flags: "w" });
  const target = there ? realpathSync(path) : resolve(path);
  const draft = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString("hex")}.tmp`);
  const discard = () => rmSync(draft, { force: true });
  process.once("exit", discard);
  try {
    await write(text, { name, draft, flags: "wx", mode: ownerOnly ? OWNER_ONLY : ANYBODY });
    if (there && !ownerOnly) chmodSync(draft, there.mode & PERMISSIONS);
    putInPlace(draft, target, output);
  } finally {
    discard();
    process.off("exit", discard);
  }
}

function putInPlace(draft: string, target: string, { name, force }: OutputFile): void {
  try {
    if (force || !linked(draft, target)) renameSync(draft, target);
  } catch (error) {
    throw unwritable(name, error);
  }
}

/** A link replaces nothing, unlike a rename. False where there are no links and no file. */
function linked(draft: string, target: string): boolean {
  try {
    linkSync(draft, target);
    return true;
  } catch (error) {
    if (existsSync(target)) throw error;
    return false;
  }
}
