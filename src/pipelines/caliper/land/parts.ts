import type { InputLimits } from "../../../domain/values/input-limits.js";
import type { InputSource } from "../input/input.js";
import { type LineBatch, readLines } from "../input/lines.js";
import type { InputLine, Position } from "../input/splitter.js";
import type { LandingRun } from "./event-row.js";
import { RecordBuilder } from "./record-builder.js";
import { batchesFrom, ResumeHash } from "./resume-hash.js";
import { UnparsedLines } from "./unparsed-lines.js";

/** A place between two lines of a file. */
export interface Place {
  end: Position;
  /** Hash of the file's lines before `end` (`ResumeHash`). */
  prefixSha256: string;
}

/** Lines of a file that are copied in together, and where they end. */
export interface Part extends Place {
  /** The records that were read. */
  builder: RecordBuilder;
  /** Lines not parsed yet: they are probably landed already. */
  unparsed: UnparsedLines;
  /** Number of lines. */
  lines: number;
}

/** How to divide one file into parts. */
export interface PartOptions {
  source: InputSource;
  run: LandingRun;
  partRecords: number;
  partBytes: number;
  limits: InputLimits;
  /** Where an earlier run stopped. */
  resumeAt?: Position;
  /** Number of lines to read from there on; all by default. */
  lines?: number;
  /** Called for each part: whether to leave its lines unparsed. */
  defersParsing(): boolean;
  onRawBytes(total: number): void;
  /** Throws if the run was asked to stop. */
  stop(): void;
}

/**
 * The parts of one file, in order; the last one may be empty. With `resumeAt`, the first part is empty and carries the hash of the
 * lines before it, so that the caller can check that they are unchanged.
 */
export async function* readParts(options: PartOptions): AsyncGenerator<Part> {
  const { resumeAt, lines = Number.POSITIVE_INFINITY } = options;
  const before = new ResumeHash();
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

function batchesOf(options: PartOptions, before: ResumeHash): AsyncGenerator<LineBatch> {
  const { source, limits, resumeAt, onRawBytes, stop } = options;
  const batches = readLines(source, { ...limits, onRawBytes });
  return resumeAt ? batchesFrom(batches, { place: resumeAt, before, stop }) : batches;
}

/** The part that is being filled. */
class OpenPart {
  private readonly builder: RecordBuilder;
  private readonly unparsed = new UnparsedLines();
  private readonly defers: boolean;
  private lines = 0;

  constructor(private readonly options: PartOptions) {
    this.builder = new RecordBuilder(options.source.name, options.run, options.limits);
    this.defers = options.defersParsing();
  }

  add(line: InputLine, digest: string): void {
    this.lines += 1;
    if (line.kind === "rejected" || !this.defers) this.builder.add(line, { digest });
    else this.unparsed.add(line, digest);
  }

  isFull(): boolean {
    const { partRecords, partBytes } = this.options;
    if (this.unparsed.length >= partRecords || this.unparsed.bytes >= partBytes) return true;
    return this.builder.isFull(partRecords, partBytes);
  }

  contents(): Omit<Part, keyof Place> {
    const { builder, unparsed, lines } = this;
    return { builder, unparsed, lines };
  }
}
