import { createGunzip, type Gunzip } from "node:zlib";
import { expandsTooFar, usualExpansion } from "../../../domain/values/decompression-limit.js";
import { Fault } from "../parse/fault.js";
import type { Blocks } from "./input.js";

const OUTPUT_BYTES = 256 * 1024;
/** A data error loses at most the output of one piece. */
const PIECE_BYTES = 16 * 1024;
/** Node's error code for truncated data. */
const CUT_OFF = "Z_BUF_ERROR";

/**
 * Decompresses gzip of any number of members. Truncated or damaged data, or data that expands to more than `maxExpansion` times its
 * size, ends with a Fault after everything that could be decoded. (Not a pipeline of streams: an error there drops chunks that have
 * not been read yet.)
 */
export async function* gunzip(blocks: Blocks, maxExpansion = usualExpansion.ratio): AsyncGenerator<Buffer | Fault> {
  const inflater = new Inflater(maxExpansion);
  try {
    for await (const block of blocks) {
      for (let start = 0; start < block.length; start += PIECE_BYTES) {
        await inflater.write(block.subarray(start, start + PIECE_BYTES));
        yield* inflater.take();
        if (inflater.fault !== null) return yield faultFrom(inflater.fault);
      }
    }
    await inflater.end();
    yield* inflater.take();
    if (inflater.fault !== null) yield faultFrom(inflater.fault);
  } finally {
    inflater.close();
  }
}

/** Writes to a Gunzip and collects its output. */
class Inflater {
  private readonly stream: Gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
  private readonly closed: Promise<void>;
  private ready: Buffer[] = [];
  private expanded = 0;
  fault: NodeJS.ErrnoException | Fault | null = null;
  /** True after the end of the compressed data: nothing more is written. */
  private ended = false;

  constructor(ratio: number) {
    this.stream.on("data", (chunk: Buffer) => {
      if (this.fault !== null) return;
      this.ready.push(chunk);
      this.expanded += chunk.length;
      if (expandsTooFar(this.expanded, this.stream.bytesWritten, { ...usualExpansion, ratio }))
        this.fault = bomb(this.expanded, ratio);
    });
    this.stream.on("error", (error) => {
      this.fault ??= error;
    });
    this.closed = new Promise((resolve) => this.stream.once("close", resolve));
  }

  /** Resolves when the piece has been consumed, or no more will be. */
  async write(piece: Buffer): Promise<void> {
    if (!this.ended) {
      const before = this.stream.bytesWritten;
      const written = new Promise<void>((resolve) => this.stream.write(piece, () => resolve()));
      await Promise.race([written, this.closed]);
      const used = this.stream.bytesWritten - before;
      this.ended = used < piece.length;
      this.checkPadding(piece.subarray(used));
    } else this.checkPadding(piece);
  }

  async end(): Promise<void> {
    this.stream.end();
    await this.closed;
  }

  /** What has been decoded since the last call. */
  take(): Buffer[] {
    const chunks = this.ready;
    this.ready = [];
    return chunks;
  }

  close(): void {
    this.stream.destroy();
  }

  /** Zeros after the last member are padding; other unread bytes are a fault, lest they be dropped silently. */
  private checkPadding(unread: Buffer): void {
    if (unread.some((byte) => byte !== 0)) this.fault ??= new Error("data after the end of the compressed data");
  }
}

function faultFrom(error: NodeJS.ErrnoException | Fault): Fault {
  if (error instanceof Fault) return error;
  const { code, message } = error;
  return code === CUT_OFF
    ? new Fault("truncated-gzip", "the compressed data is truncated here; what came before was read")
    : new Fault("corrupt-gzip", `the compressed data is damaged near here (${message}); the rest was not read`);
}

const bomb = (expanded: number, ratio: number): Fault =>
  new Fault(
    "gzip-expansion",
    `the compressed data expands to more than ${ratio} times its size; its first ${expanded} bytes were read, the rest was not; if that is right, give timeback ingest --max-expansion`,
  );
