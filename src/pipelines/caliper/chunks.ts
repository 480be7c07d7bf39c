import { createHash } from "node:crypto";
import type { InputLimits } from "../../domain/input-limits.js";
import type { LandingRun } from "./event-row.js";
import { readLines } from "./lines.js";
import { RecordBuilder } from "./record-builder.js";
import type { InputLine, Position } from "./splitter.js";

/** Some lines of a file, and where they end. */
export interface Chunk {
  /** The records that were read. */
  builder: RecordBuilder;
  /** Lines that were left unread: they may well be landed as they stand. */
  unread: (InputLine & { kind: "text" })[];
  end: Position;
  /** Of all (decompressed) bytes of the file before `end`. */
  prefixSha256: string;
}

/** How one file is cut into chunks. */
export interface ChunkOptions {
  file: string;
  run: LandingRun;
  chunkRecords: number;
  chunkBytes: number;
  limits: InputLimits;
  resumeAt?: Position;
  /** Asked for each chunk: whether its lines are left unread. */
  leavesUnread(): boolean;
  onRawBytes(total: number): void;
}

/**
 * The chunks of one file, in order, the last one even when it is empty. With `resumeAt`, the first chunk is empty and
 * tells the hash of the bytes before it, so that the caller can see whether they are the bytes it knows.
 */
export async function* readChunks(options: ChunkOptions): AsyncGenerator<Chunk> {
  const { file, limits, resumeAt, onRawBytes } = options;
  const hash = createHash("sha256");
  const read = {
    ...limits,
    onRawBytes,
    onBytes: (bytes: Buffer) => void hash.update(bytes),
    ...(resumeAt ? { resumeAt } : {}),
  };
  let open = new OpenChunk(options);
  let end: Position = resumeAt ?? { byteOffset: 0, number: 1 };
  const chunk = (): Chunk => ({ ...open.lines(), end, prefixSha256: hash.copy().digest("hex") });
  let first = resumeAt !== undefined;
  for await (const batch of readLines(file, read)) {
    for (const line of batch.lines) open.add(line);
    end = batch.end;
    if (first || open.isFull()) {
      yield chunk();
      open = new OpenChunk(options);
    }
    first = false;
  }
  yield chunk();
}

/** Lines that are left unread stay in the heap, and cost little to land: so their chunks are smaller. */
const UNREAD_SHARE = 4;

/** The chunk that is being filled. */
class OpenChunk {
  private readonly builder: RecordBuilder;
  private readonly unread: Chunk["unread"] = [];
  private readonly leaves: boolean;
  private bytes = 0;

  constructor(private readonly options: ChunkOptions) {
    this.builder = new RecordBuilder(options.file, options.run, options.limits);
    this.leaves = options.leavesUnread();
  }

  add(line: InputLine): void {
    if (line.kind === "rejected" || !this.leaves) this.builder.add(line);
    else {
      this.unread.push(line);
      this.bytes += line.text.length;
    }
  }

  isFull(): boolean {
    const { chunkRecords, chunkBytes } = this.options;
    if (this.unread.length >= chunkRecords / UNREAD_SHARE || this.bytes >= chunkBytes / UNREAD_SHARE) return true;
    return this.builder.isFull(chunkRecords, chunkBytes);
  }

  lines(): Pick<Chunk, "builder" | "unread"> {
    return { builder: this.builder, unread: this.unread };
  }
}
