import { WorkError } from "../../../errors.js";
import { prefetch } from "../../../flow/prefetch.js";
import { type Part, type PartOptions, type Place, readParts } from "./parts.js";

/** Lines of a file that are landed in one transaction. */
export interface Chunk {
  /** Its parts, in order; a second call yields them again. */
  parts(): AsyncGenerator<Part>;
  /** Where it ends: known once its parts have been consumed. */
  readonly end: Place;
  /** Lets the next chunk be read, however much of this one was. Call it when the chunk is no longer used. */
  release(): Promise<void>;
}

/** How to divide an input into chunks. */
export type ChunkOptions = PartOptions & {
  /** Whether the bytes can be read again. */
  isLasting: boolean;
};

/**
 * The chunks of one input, in order. The next one can be read once the parts of the current one have been consumed, or it was
 * released. `parts` are those of the input from `start` on.
 */
export async function* readChunks(
  parts: AsyncGenerator<Part>,
  start: Place | undefined,
  options: ChunkOptions,
): AsyncGenerator<Chunk> {
  const source = prefetch(prefetch(parts));
  let from = start;
  try {
    for (let mostParts = PARTS_OF_FIRST; ; mostParts = Math.min(2 * mostParts, PARTS_OF_CHUNK)) {
      const { value: first } = await source.next();
      if (!first) return;
      const chunk = options.isLasting
        ? new FileChunk({ ...options, mostParts }, from, first, source)
        : new HeldChunk(first);
      yield chunk;
      if (!(await chunk.isRead)) return;
      from = chunk.end;
    }
  } finally {
    await source.return(undefined);
  }
}

/** A chunk of an input that cannot be read again: one part, held in memory. */
class HeldChunk implements Chunk {
  readonly isRead = Promise.resolve(true);

  constructor(readonly end: Part) {}

  async *parts(): AsyncGenerator<Part> {
    yield this.end;
  }

  async release(): Promise<void> {}
}

/** Most parts landed in one transaction: deriving facts is cheapest in large batches. */
export const PARTS_OF_CHUNK = 20;
/** The first chunk is small, since nothing is derived concurrently while it is landed; each next one is twice as large. */
const PARTS_OF_FIRST = 5;

/** A chunk of a file: its parts are read as they are consumed and not held; a second call reads them from the file again. */
class FileChunk implements Chunk {
  end: Place;
  /** Resolves to true when its last part has been read, to false if reading was abandoned. */
  readonly isRead: Promise<boolean>;
  private resolveRead: (isWhole: boolean) => void = () => {};
  private next: Part | undefined;
  private count = 1;
  private lines = 0;
  private isUsed = false;

  constructor(
    private readonly options: ChunkOptions & { mostParts: number },
    private readonly start: Place | undefined,
    first: Part,
    private readonly source: AsyncGenerator<Part>,
  ) {
    this.next = first;
    this.end = first;
    this.isRead = new Promise((resolve) => {
      this.resolveRead = resolve;
    });
  }

  async *parts(): AsyncGenerator<Part> {
    if (this.isUsed) return yield* this.readAgain();
    this.isUsed = true;
    for (let part = await this.take(); part; part = await this.take()) {
      yield part;
      part.builder.release(); // a second call reads it from the file
    }
  }

  private async take(): Promise<Part | undefined> {
    let part = this.next;
    this.next = undefined;
    if (!part && this.count < this.options.mostParts) {
      this.count += 1;
      part = (await this.source.next()).value;
    }
    if (part) {
      this.end = { end: part.end, prefixSha256: part.prefixSha256 };
      this.lines += part.lines;
    } else this.resolveRead(true);
    return part;
  }

  private async *readAgain(): AsyncGenerator<Part> {
    const { start, lines, options } = this;
    const again = { defersParsing: () => false, onRawBytes() {}, lines };
    const parts = readParts({ ...options, ...again, ...(start ? { resumeAt: start.end } : {}) });
    const prefix = start && (await parts.next()).value;
    if (prefix && prefix.prefixSha256 !== start.prefixSha256)
      throw new WorkError(`${options.source.name} was changed while it was read`);
    yield* parts;
  }

  async release(): Promise<void> {
    try {
      while (await this.take()) this.options.stop();
    } finally {
      this.resolveRead(false);
    }
  }
}
