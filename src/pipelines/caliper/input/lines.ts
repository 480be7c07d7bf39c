import { defaultLimits, type InputLimits } from "../../../domain/values/input-limits.js";
import { Fault } from "../parse/fault.js";
import { gunzip } from "./gunzip.js";
import { type Blocks, type InputSource, readBlocks } from "./input.js";
import { type InputLine, LineSplitter, type Position, unreadableAt } from "./splitter.js";

/** The lines that end in one block, and where the last one ends. */
export interface LineBatch {
  lines: InputLine[];
  /** Where the next line starts: the place to resume from once these lines are processed. */
  end: Position;
}

/** Options for reading one input. */
export interface ReadOptions extends Partial<Pick<InputLimits, "maxLineBytes" | "maxExpansion">> {
  /** Called with the number of bytes of the file read so far (on disk, compressed or not). */
  onRawBytes?: (total: number) => void;
}

/** Length of the longest magic number below. */
const MAGIC_BYTES = 6;

/**
 * Reads the lines of an input, plain or gzip, whatever its name. Holds some blocks and one line. Text that cannot be read is a
 * rejection at its place, and so is damaged gzip.
 * @throws UsageError for a missing file or a directory, WorkError for an unreadable one
 */
export function readLines(source: InputSource, options: ReadOptions = {}): AsyncGenerator<LineBatch> {
  return linesOf(readBlocks(source), source.name, options);
}

/** As `readLines`, from blocks of bytes; `file` is the name in the addresses of lines. */
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

/** Gzip is recognised by its first bytes, not by its name. Input that is not lines of UTF-8 at all is one fault. */
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

/** The same bytes, the first block long enough to be recognised, if the input is. */
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
