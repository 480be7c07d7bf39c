import type { InputLimits } from "../../../domain/values/input-limits.js";
import type { InputSource } from "../input/input.js";
import { type LineBatch, readLines } from "../input/lines.js";
import type { InputLine, Position } from "../input/splitter.js";
import type { LandingRun } from "./event-row.js";
import { RecordBuilder } from "./record-builder.js";
import { LinesBefore, passedOver } from "./resume-hash.js";
import { UnreadLines } from "./unparsed-lines.js";

/** A place between two lines of a file. */
export interface Place {
  end: Position;
  /** Of the lines of the file before `end`: see `LinesBefore`. */
  prefixSha256: string;
}

/** Some lines of a file, which are copied in together, and where they end. */
export interface Part extends Place {
  /** The records that were read. */
  builder: RecordBuilder;
  /** Lines that were not parsed, because they were probably landed before. */
  unread: UnreadLines;
  /** How many lines it has. */
  lines: number;
}

/** How one file is cut into parts. */
export interface PartOptions {
  source: InputSource;
  run: LandingRun;
  partRecords: number;
  partBytes: number;
  limits: InputLimits;
  /** Where a former run stopped. */
  resumeAt?: Position;
  /** How many lines are read from there on; all, where it is left out. */
  lines?: number;
  /** Asked for each part: whether its lines are left unread. */
  leavesUnread(): boolean;
  onRawBytes(total: number): void;
  /** Throws when a stop was requested. */
  stop(): void;
}

/**
 * The parts of one file, in order, the last one even when it is empty. With `resumeAt`, the first part is empty and
 * tells the hash of the lines before it, so that the caller can see whether they are the lines it knows.
 */
export async function* readParts(options: PartOptions): AsyncGenerator<Part> {
  const { resumeAt, lines = Number.POSITIVE_INFINITY } = options;
  const before = new LinesBefore();
  let open = new OpenPart(options);
  let end: Position = resumeAt ?? { byteOffset: 0, number: 1 };
  const part = (): Part => ({ ...open.contents(), end, prefixSha256: before.sha256() });
  let first = resumeAt !== undefined;
  let left = lines;
  for await (const batch of batchesOf(options, before)) {
    for (const line of batch.lines.slice(0, left)) open.add(line, before.add(line));
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

function batchesOf(options: PartOptions, before: LinesBefore): AsyncGenerator<LineBatch> {
  const { source, limits, resumeAt, onRawBytes, stop } = options;
  const batches = readLines(source, { ...limits, onRawBytes });
  return resumeAt ? passedOver(batches, { place: resumeAt, before, stop }) : batches;
}

/** The part that is being filled. */
class OpenPart {
  private readonly builder: RecordBuilder;
  private readonly unread = new UnreadLines();
  private readonly leaves: boolean;
  private lines = 0;

  constructor(private readonly options: PartOptions) {
    this.builder = new RecordBuilder(options.source.name, options.run, options.limits);
    this.leaves = options.leavesUnread();
  }

  add(line: InputLine, digest: string): void {
    this.lines += 1;
    if (line.kind === "rejected" || !this.leaves) this.builder.add(line, { digest });
    else this.unread.add(line, digest);
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
