import { createHash } from "node:crypto";
import type { InputLimits } from "../../domain/input-limits.js";
import type { LandingRun } from "./event-row.js";
import { readLines } from "./lines.js";
import { RecordBuilder } from "./record-builder.js";
import type { InputLine, Position } from "./splitter.js";
import { UnreadLines } from "./unread-lines.js";

/** A place between two lines of a file. */
export interface Place {
  end: Position;
  /** Of all (decompressed) bytes of the file before `end`. */
  prefixSha256: string;
}

/** Some lines of a file, which are copied in together, and where they end. */
export interface Part extends Place {
  /** The records that were read. */
  builder: RecordBuilder;
  /** Lines that were left unread: they may well be landed as they stand. */
  unread: UnreadLines;
  /** How many lines it has. */
  lines: number;
}

/** How one file is cut into parts. */
export interface PartOptions {
  file: string;
  run: LandingRun;
  partRecords: number;
  partBytes: number;
  limits: InputLimits;
  resumeAt?: Position;
  /** How many lines are read; all, where it is left out. */
  lines?: number;
  /** Asked for each part: whether its lines are left unread. */
  leavesUnread(): boolean;
  onRawBytes(total: number): void;
}

/**
 * The parts of one file, in order, the last one even when it is empty. With `resumeAt`, the first part is empty and
 * tells the hash of the bytes before it, so that the caller can see whether they are the bytes it knows.
 */
export async function* readParts(options: PartOptions): AsyncGenerator<Part> {
  const { file, limits, resumeAt, onRawBytes, lines = Number.POSITIVE_INFINITY } = options;
  const hash = createHash("sha256");
  const read = {
    ...limits,
    onRawBytes,
    onBytes: (bytes: Buffer) => void hash.update(bytes),
    ...(resumeAt ? { resumeAt } : {}),
  };
  let open = new OpenPart(options);
  let end: Position = resumeAt ?? { byteOffset: 0, number: 1 };
  const part = (): Part => ({ ...open.contents(), end, prefixSha256: hash.copy().digest("hex") });
  let first = resumeAt !== undefined;
  let left = lines;
  for await (const batch of readLines(file, read)) {
    for (const line of batch.lines.slice(0, left)) open.add(line);
    left -= batch.lines.length;
    end = batch.end;
    if (first || open.isFull()) {
      yield part();
      open = new OpenPart(options);
    }
    first = false;
    if (left <= 0) break;
  }
  yield part();
}

/** The part that is being filled. */
class OpenPart {
  private readonly builder: RecordBuilder;
  private readonly unread = new UnreadLines();
  private readonly leaves: boolean;
  private lines = 0;

  constructor(private readonly options: PartOptions) {
    this.builder = new RecordBuilder(options.file, options.run, options.limits);
    this.leaves = options.leavesUnread();
  }

  add(line: InputLine): void {
    this.lines += 1;
    if (line.kind === "rejected" || !this.leaves) this.builder.add(line);
    else this.unread.add(line);
  }

  isFull(): boolean {
    const { partRecords, partBytes } = this.options;
    if (this.unread.length >= partRecords || this.unread.bytes >= partBytes) return true;
    return this.builder.isFull(partRecords, partBytes);
  }

  contents(): Omit<Part, keyof Place> {
    const { builder, unread, lines } = this;
    return { builder, unread, lines };
  }
}
