import { constants, openSync, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { UsageError, WorkError, wordsOf } from "../../../errors.js";

/** Parts of a file end at block boundaries. */
const BLOCK_BYTES = 64 * 1024;
/** Bytes per read call. Each call costs a turn of the event loop; but while a larger buffer is processed, nothing is sent to the server. */
const READ_BYTES = 8 * BLOCK_BYTES;

/** An input. */
export interface InputSource {
  /** As typed: the name in messages and in addresses of lines. */
  name: string;
  /** The path of a file, or a function that opens a stream, which can be read once. */
  from: string | (() => NodeJS.ReadableStream);
}

/** The raw bytes of a file. A block is valid until the next one is requested. */
export type Blocks = AsyncIterable<Buffer> | Iterable<Buffer>;

/**
 * Size in bytes on disk (compressed or not); null if it cannot be known (stdin, a pipe).
 * @throws UsageError for a missing file or a directory, WorkError for any other failure
 */
export async function sizeOfInput({ name, from }: InputSource): Promise<number | null> {
  if (typeof from !== "string") return null;
  const info = await lookAt(name, from);
  return info.isFile() ? info.size : null;
}

/** Whether the input can be read again; a pipe cannot. Errors as `sizeOfInput`. */
export const isLasting = async (source: InputSource): Promise<boolean> => (await sizeOfInput(source)) !== null;

async function lookAt(name: string, path: string): Promise<Stats> {
  const info = await stat(path).catch((error: unknown) => {
    throw inputError(name, error);
  });
  if (info.isDirectory()) throw directoryError(name);
  return info;
}

/** The bytes of an input, block by block. Errors as `sizeOfInput`. */
export async function* readBlocks({ name, from }: InputSource): AsyncGenerator<Buffer> {
  if (typeof from !== "string") yield* readStream(from);
  else if ((await lookAt(name, from)).isFIFO() && process.platform === "linux") yield* readPipe(name, from);
  else yield* readFile(name, from);
}

async function* readFile(name: string, path: string): AsyncGenerator<Buffer> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    const bytes = Buffer.allocUnsafe(READ_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(bytes, 0, READ_BYTES, null);
      if (bytesRead === 0) return;
      for (let from = 0; from < bytesRead; from += BLOCK_BYTES)
        yield bytes.subarray(from, Math.min(from + BLOCK_BYTES, bytesRead));
    }
  } catch (error) {
    throw inputError(name, error);
  } finally {
    await handle?.close();
  }
}

/**
 * Reads a pipe without blocking a thread: a thread blocked in a system call would keep the process from exiting. (Linux only:
 * elsewhere a pipe without a writer looks like one at its end.)
 */
async function* readPipe(name: string, path: string): AsyncGenerator<Buffer> {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    yield* new Socket({ fd, readable: true, writable: false });
  } catch (error) {
    throw inputError(name, error);
  }
}

async function* readStream(open: () => NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  try {
    for await (const block of open()) yield Buffer.from(block as Buffer);
  } catch (error) {
    throw inputError("standard input", error);
  }
}

function inputError(name: string, error: unknown): Error {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new UsageError(`${name}: there is no such file; check the path`, { cause: error });
  }
  if (code === "EISDIR") return directoryError(name);
  if (code === "EACCES" || code === "EPERM") {
    return new WorkError(`${name}: may not be read by this user; check its permissions`, { cause: error });
  }
  return new WorkError(`${name}: cannot be read (${wordsOf(error)})`, {
    cause: error,
  });
}

const directoryError = (name: string) => new UsageError(`${name}: is a directory; name the files in it`);
