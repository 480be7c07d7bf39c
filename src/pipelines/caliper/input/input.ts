import { constants, openSync, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { UsageError, WorkError, wordsOf } from "../../../errors.js";

/** Parts of a file end where a block ends. */
const BLOCK_BYTES = 64 * 1024;
/** Each question ends a turn of the event loop, and many turns are dear; but while what came is read, nothing is sent to the server. */
const READ_BYTES = 8 * BLOCK_BYTES;
const STDIN = "-";

/** Bytes as they stand in the file. A block is valid until the next one is asked for. */
export type Blocks = AsyncIterable<Buffer> | Iterable<Buffer>;

/**
 * Size in bytes, as it stands on disk (compressed or not); null where it cannot be known (stdin, a pipe). A missing
 * file and a directory are the caller's mistake (UsageError), everything else that stands in the way is a WorkError.
 */
export async function sizeOfInput(file: string): Promise<number | null> {
  if (file === STDIN) return null;
  const info = await lookAt(file);
  return info.isFile() ? info.size : null;
}

/** Whether the bytes stay where they are, to be read again; those of a pipe are gone. Errors as sizeOfInput. */
export const isLasting = async (file: string): Promise<boolean> => (await sizeOfInput(file)) !== null;

async function lookAt(file: string): Promise<Stats> {
  const info = await stat(file).catch((error: unknown) => {
    throw inputError(file, error);
  });
  if (info.isDirectory()) throw directoryError(file);
  return info;
}

/** The bytes of a file, or of stdin for `-`, a block at a time. Errors as sizeOfInput. */
export async function* readBlocks(file: string): AsyncGenerator<Buffer> {
  if (file === STDIN) yield* readStdin();
  else if ((await lookAt(file)).isFIFO() && process.platform === "linux") yield* readPipe(file);
  else yield* readFile(file);
}

async function* readFile(file: string): AsyncGenerator<Buffer> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, "r");
    const bytes = Buffer.allocUnsafe(READ_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(bytes, 0, READ_BYTES, null);
      if (bytesRead === 0) return;
      for (let from = 0; from < bytesRead; from += BLOCK_BYTES)
        yield bytes.subarray(from, Math.min(from + BLOCK_BYTES, bytesRead));
    }
  } catch (error) {
    throw inputError(file, error);
  } finally {
    await handle?.close();
  }
}

/**
 * Waits for a pipe's writer and for its bytes without a thread of its own: one that waits in a system call keeps the
 * process from ending. (Where Linux waits, other systems take a pipe without a writer for one at its end.)
 */
async function* readPipe(file: string): AsyncGenerator<Buffer> {
  try {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    yield* new Socket({ fd, readable: true, writable: false });
  } catch (error) {
    throw inputError(file, error);
  }
}

async function* readStdin(): AsyncGenerator<Buffer> {
  try {
    for await (const block of process.stdin) yield Buffer.from(block);
  } catch (error) {
    throw inputError("standard input", error);
  }
}

function inputError(file: string, error: unknown): Error {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new UsageError(`${file}: there is no such file; check the path`, { cause: error });
  }
  if (code === "EISDIR") return directoryError(file);
  if (code === "EACCES" || code === "EPERM") {
    return new WorkError(`${file}: may not be read by this user; check its permissions`, { cause: error });
  }
  return new WorkError(`${file}: cannot be read (${wordsOf(error)})`, {
    cause: error,
  });
}

const directoryError = (file: string) => new UsageError(`${file}: is a directory; name the files in it`);
