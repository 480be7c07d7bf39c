import { defaultLimits, type InputLimits } from "../../../domain/values/input-limits.js";
import { Fault } from "../parse/fault.js";
import { gunzip } from "./gunzip.js";
import { type Blocks, type InputSource, readBlocks } from "./input.js";
import { type InputLine, LineSplitter, type Position, unreadableAt } from "./splitter.js";

/** The lines that were finished by one block, and where they end. */
export interface LineBatch {
  lines: InputLine[];
  /** Where the next line starts: the place to resume from when these lines have been dealt with. */
  end: Position;
}

/** How to read one input; everything may be left out. */
export interface ReadOptions extends Partial<Pick<InputLimits, "maxLineBytes" | "maxExpansion">> {
  /** Receives how many bytes of the file on disk (compressed or not) have been read so far. */
  onRawBytes?: (total: number) => void;
}

/** As many as the longest of the magic numbers below. */
const MAGIC_BYTES = 6;

/**
 * Reads the lines of an input: plain or gzip, whatever its name is. Holds some blocks and one line.
 * What cannot be read as text comes as a rejection at its place, and so does damaged gzip; a missing file or a
 * directory is a UsageError, an unreadable one a WorkError.
 */
export function readLines(source: InputSource, options: ReadOptions = {}): AsyncGenerator<LineBatch> {
  return linesOf(readBlocks(source), source.name, options);
}

/** As readLines, of bytes from anywhere; `file` is the name in the addresses of lines. */
export async function* linesOf(source: Blocks, file: string, options: ReadOptions = {}): AsyncGenerator<LineBatch> {
  const { onRawBytes = ignore } = options;
  const { maxLineBytes, maxExpansion } = { ...defaultLimits, ...options };
  const splitter = new LineSplitter(file, maxLineBytes);
  let fault: Fault | null = null;
  for await (const block of decompressed(counted(source, onRawBytes), maxExpansion)) {
    if (block instanceof Fault) {
      fault = block;
      break;
    }
    const lines = splitter.push(block);
    if (lines.length > 0) yield { lines, end: splitter.position };
  }
  yield* lastBatch(splitter, file, fault);
}

function* lastBatch(splitter: LineSplitter, file: string, fault: Fault | null): Generator<LineBatch> {
  const lines = splitter.finish();
  const end = splitter.position;
  if (fault !== null) lines.push(unreadableAt({ file, ...end }, fault, NO_BYTES));
  if (lines.length > 0) yield { lines, end };
}

/** Gzip is known by its first bytes, not by its name. Input that is no lines of UTF-8 at all is one fault. */
async function* decompressed(source: AsyncGenerator<Buffer>, maxExpansion: number): AsyncGenerator<Buffer | Fault> {
  const raw = withHead(source);
  try {
    const { value: head, done } = await raw.next();
    if (done) return;
    const blocks = startingWith(head, raw);
    let first = true;
    for await (const block of startsAs(head, GZIP) ? gunzip(blocks, maxExpansion) : blocks) {
      const foreign = first && block instanceof Buffer ? foreignFormat(block) : undefined;
      if (foreign !== undefined) {
        yield new Fault("not-text", `the input is ${foreign}`);
        return;
      }
      first = false;
      yield block;
    }
  } finally {
    await raw.return(undefined);
  }
}

/** The same bytes; the first block is long enough to be recognised, where the input is. */
async function* withHead(source: AsyncGenerator<Buffer>): AsyncGenerator<Buffer, undefined> {
  let head: Buffer | null = NO_BYTES;
  for await (const block of source) {
    if (head === null) yield block;
    else {
      head = Buffer.concat([head, block]);
      if (head.length < MAGIC_BYTES) continue;
      yield head;
      head = null;
    }
  }
  if (head !== null && head.length > 0) yield head;
}

async function* startingWith(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}

async function* counted(source: Blocks, onRawBytes: (total: number) => void): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const block of source) {
    total += block.length;
    onRawBytes(total);
    yield block;
  }
}

const NO_BYTES = Buffer.alloc(0);
const GZIP = "\x1f\x8b";
const FOREIGN: readonly [magic: string, meaning: string][] = [
  ["\xff\xfe", "UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8"],
  ["\xfe\xff", "UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8"],
  ["PK\x03\x04", "a zip archive; unpack it first"],
  ["\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first"],
  ["\xfd7zXZ\x00", "compressed with xz; unpack it first"],
  ["BZh", "compressed with bzip2; unpack it first"],
  [GZIP, "gzip inside gzip; unpack it first"],
];

const startsAs = (bytes: Buffer, magic: string) => bytes.toString("latin1", 0, magic.length) === magic;
const foreignFormat = (bytes: Buffer) => FOREIGN.find(([magic]) => startsAs(bytes, magic))?.[1];

function ignore(): void {}
