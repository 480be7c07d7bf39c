import { isAscii, isUtf8 } from "node:buffer";
import { excerptOf, Fault } from "../parse/fault.js";
import type { Line, UnreadableLine } from "../parse/record.js";

/** A line of text with its address, ready for parseLine, or one that could not be read. */
export type InputLine = ({ kind: "text" } & Line) | UnreadableLine;

/** A place between two lines of the decompressed input: the offset and the number of the next line. */
export interface Position {
  byteOffset: number;
  /** 1-based. */
  number: number;
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const BYTE_ORDER_MARK = "\ufeff";
/** Enough for the 200 characters of an excerpt. */
const EXCERPT_BYTES = 800;

/**
 * Splits blocks into lines. Holds only the unfinished line, and only the start of a line past the limit. Blank lines are numbered and
 * left out; the CR of CRLF and a byte order mark are removed.
 */
export class LineSplitter {
  private held: Buffer[] = [];
  private heldBytes = 0;
  /** Start of the current line. */
  private readonly next: Position = { byteOffset: 0, number: 1 };

  constructor(
    private readonly file: string,
    private readonly maxLineBytes: number,
  ) {}

  /** End of the last finished line. */
  get position(): Position {
    return { ...this.next };
  }

  /** The lines that end in this block. The block may be reused afterwards. */
  push(block: Buffer): InputLine[] {
    const lines: InputLine[] = [];
    let start = 0;
    if (this.heldBytes > 0) {
      const end = block.indexOf(NEWLINE);
      if (end >= 0) this.finishHeld(block.subarray(0, end), 1, lines);
      start = end + 1;
    }
    const rest = block.lastIndexOf(NEWLINE) + 1;
    if (rest > start) this.cut(block.subarray(start, rest), lines);
    if (rest < block.length) this.hold(block.subarray(rest));
    return lines;
  }

  /** The last line, if no newline ended it. */
  finish(): InputLine[] {
    const lines: InputLine[] = [];
    if (this.heldBytes > 0) this.finishHeld(Buffer.alloc(0), 0, lines);
    return lines;
  }

  private hold(part: Buffer): void {
    const kept = Math.max(this.maxLineBytes, EXCERPT_BYTES);
    const before = this.heldBytes;
    this.heldBytes += part.length;
    if (this.heldBytes <= kept) this.held.push(Buffer.from(part));
    else if (before <= kept) this.held = [Buffer.concat([...this.held, part], EXCERPT_BYTES)];
  }

  private finishHeld(part: Buffer, newline: 0 | 1, lines: InputLine[]): void {
    this.hold(part);
    const bytes = this.held.length === 1 && this.held[0] ? this.held[0] : Buffer.concat(this.held);
    const length = this.heldBytes;
    this.held = [];
    this.heldBytes = 0;
    this.add(bytes, length, newline, encodingOf(bytes), lines);
  }

  /** Splits a region of whole lines. No character is cut, so one check of the region settles the encoding of nearly all lines. */
  private cut(region: Buffer, lines: InputLine[]): void {
    const encoding = encodingOf(region);
    let start = 0;
    for (let end = region.indexOf(NEWLINE); end >= 0; end = region.indexOf(NEWLINE, start)) {
      const bytes = region.subarray(start, end);
      this.add(bytes, bytes.length, 1, encoding ?? encodingOf(bytes), lines);
      start = end + 1;
    }
  }

  private add(bytes: Buffer, length: number, newline: 0 | 1, encoding: Encoding | null, lines: InputLine[]): void {
    const address = { file: this.file, number: this.next.number, byteOffset: this.next.byteOffset };
    this.next.number += 1;
    this.next.byteOffset += length + newline;
    if (length > this.maxLineBytes) lines.push(unreadableAt(address, tooLong(length, this.maxLineBytes), bytes));
    else if (encoding === null) lines.push(unreadableAt(address, unreadable(bytes), bytes));
    else {
      const text = textOf(bytes, encoding);
      if (text !== "") lines.push({ kind: "text", ...address, text });
    }
  }
}

type Encoding = "latin1" | "utf8";

/** Null if some line is not plain UTF-8 text. Plain ASCII decodes faster as latin1. */
function encodingOf(bytes: Buffer): Encoding | null {
  if (bytes.includes(0)) return null;
  if (isAscii(bytes)) return "latin1";
  return isUtf8(bytes) ? "utf8" : null;
}

/** Without CR and byte order mark; empty for a blank line. */
function textOf(bytes: Buffer, encoding: Encoding): string {
  const end = bytes[bytes.length - 1] === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  const text = bytes.toString(encoding, 0, end);
  const plain = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  return plain.charCodeAt(0) > SPACE || plain.trim() !== "" ? plain : "";
}

type Address = Omit<Line, "text">;

/** The rejection of bytes that are not a line of text. */
export const unreadableAt = (address: Address, { code, reason }: Fault, bytes: Buffer): UnreadableLine => ({
  kind: "rejected",
  ...address,
  code,
  reason,
  excerpt: excerptOf(bytes.toString("utf8", 0, EXCERPT_BYTES)),
});

const tooLong = (length: number, limit: number) =>
  new Fault("line-too-long", `the line has ${length} bytes; the limit is ${limit} (timeback ingest --max-line-bytes)`);

const unreadable = (bytes: Buffer) =>
  bytes.includes(0)
    ? new Fault("not-text", "the line holds NUL bytes: it is binary or UTF-16, not UTF-8 text")
    : new Fault("not-utf8", "the line is not valid UTF-8 text");
