import { wholeAt } from "../../domain/values/digits.js";
import { Blocks, BYTES_OF_A_UNIT } from "./buffer-pool.js";

/** The supported column types, and the value written for each; an instant is a timestamptz. */
export interface ValueOf {
  bool: boolean;
  int4: number;
  int8: number;
  /** In lower-case hexadecimal. */
  uuid: string;
  text: string;
  /** A plain decimal. */
  numeric: string;
  /** `2025-03-01T08:00:00.000000Z`. */
  instant: string;
}
export type BinaryType = keyof ValueOf;
export type BinaryValue = ValueOf[BinaryType] | null;

/** Writes a value at an offset and returns its length in bytes. Only the column knows the value's type: hence `never`. */
type Write = (block: Buffer, at: number, value: never) => number;

/** Most bytes that a value needs besides its text: its length, and the header of a number. */
const BESIDE_TEXT = 24;
const WORD = 2 ** 32;

function int16(block: Buffer, at: number, value: number): void {
  block[at] = value >> 8;
  block[at + 1] = value;
}

function int32(block: Buffer, at: number, value: number): void {
  int16(block, at, value >> 16);
  int16(block, at + 2, value);
}

function writeInt4(block: Buffer, at: number, value: number): number {
  int32(block, at, value);
  return 4;
}

function writeInt8(block: Buffer, at: number, value: number): number {
  int32(block, at, Math.floor(value / WORD));
  int32(block, at + 4, value % WORD);
  return 8;
}

function writeBool(block: Buffer, at: number, value: boolean): number {
  block[at] = value ? 1 : 0;
  return 1;
}

/** Longer text is written faster by Buffer.write. */
const SHORT = 100;
const ASCII = 127;

function writeText(block: Buffer, at: number, text: string): number {
  if (text.length > SHORT) return block.write(text, at);
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (code > ASCII) return block.write(text, at);
    block[at + place] = code;
  }
  return text.length;
}

const DASH = 45;

/** The value of a hexadecimal digit: the low bits of a letter start at 1 for `a`, and bit 6 is set in letters only. */
const nibble = (code: number): number => (code & 15) + 9 * (code >> 6);

function writeUuid(block: Buffer, at: number, hex: string): number {
  let place = 0;
  for (let byte = at; byte < at + 16; byte += 1) {
    if (hex.charCodeAt(place) === DASH) place += 1;
    block[byte] = (nibble(hex.charCodeAt(place)) << 4) | nibble(hex.charCodeAt(place + 1));
    place += 2;
  }
  return 16;
}

const DIGITS = 4;
const NEGATIVE = 0x4000;

/**
 * Groups of four digits on both sides of the point; the server drops zero groups at the ends. (Decimals here have at most 1,000
 * digits on a side; PostgreSQL accepts 16,383 after the point.)
 */
function writeNumeric(block: Buffer, at: number, decimal: string): number {
  const start = decimal.charCodeAt(0) === DASH ? 1 : 0;
  const point = decimal.indexOf(".");
  const end = point < 0 ? decimal.length : point;
  const scale = decimal.length - Math.min(end + 1, decimal.length);
  const wholeGroups = Math.ceil((end - start) / DIGITS);
  const groups = wholeGroups + Math.ceil(scale / DIGITS);
  int16(block, at, groups);
  int16(block, at + 2, wholeGroups - 1);
  int16(block, at + 4, start > 0 ? NEGATIVE : 0);
  int16(block, at + 6, scale);
  let place = at + 8;
  for (let to = end - DIGITS * (wholeGroups - 1); to <= end; to += DIGITS, place += 2)
    int16(block, place, wholeAt(decimal, Math.max(start, to - DIGITS), to));
  for (let from = end + 1; from < decimal.length; from += DIGITS, place += 2) {
    const to = Math.min(from + DIGITS, decimal.length);
    int16(block, place, wholeAt(decimal, from, to) * 10 ** (DIGITS - (to - from)));
  }
  return place - at;
}

const SECONDS_TO_2000 = Date.UTC(2000) / 1000;
/** In units of 64 microseconds a double holds instants since 2000 exactly up to the year 2999; in microseconds it would not. */
const UNITS_OF_A_SECOND = 15_625;
const UNIT = 64;
const UNITS_OF_A_WORD = WORD / UNIT;

/** Microseconds since 2000; seconds are whole, so Date (asked for UTC only) is exact here. */
function writeInstant(block: Buffer, at: number, instant: string): number {
  const part = (from: number, to: number) => wholeAt(instant, from, to);
  const time = Date.UTC(part(0, 4), part(5, 7) - 1, part(8, 10), part(11, 13), part(14, 16), part(17, 19));
  const units = (time / 1000 - SECONDS_TO_2000) * UNITS_OF_A_SECOND;
  const high = Math.floor(units / UNITS_OF_A_WORD);
  const low = (units - high * UNITS_OF_A_WORD) * UNIT + part(20, 26);
  int32(block, at, high + Math.floor(low / WORD));
  int32(block, at + 4, low % WORD);
  return 8;
}

const WRITE: Record<BinaryType, Write> = {
  bool: writeBool,
  int4: writeInt4,
  int8: writeInt8,
  uuid: writeUuid,
  text: writeText,
  numeric: writeNumeric,
  instant: writeInstant,
};

/**
 * Rows in PostgreSQL's binary COPY format (its manual, "COPY", "Binary Format"), in blocks of whole rows. With the text format the
 * server would spend half its time searching for tabs and line ends and parsing numbers.
 */
export class BinaryRows extends Blocks {
  private readonly writers: readonly Write[];

  constructor(types: readonly BinaryType[]) {
    super();
    this.writers = types.map((type) => WRITE[type]);
  }

  /** Adds one row: a value of its type for each column. */
  add(values: readonly BinaryValue[]): void {
    let room = 2;
    for (const value of values) room += BESIDE_TEXT + (typeof value === "string" ? value.length * BYTES_OF_A_UNIT : 0);
    const block = this.blockFor(room);
    let at = this.used;
    int16(block, at, this.writers.length);
    at += 2;
    for (const [column, write] of this.writers.entries()) {
      const value = values[column] ?? null;
      const length = value === null ? -1 : write(block, at + 4, value as never);
      int32(block, at, length);
      at += 4 + Math.max(length, 0);
    }
    this.used = at;
  }

  /** The rows at these indexes, in order, one buffer each. */
  at(places: ReadonlySet<number>): Buffer[] {
    const chosen: Buffer[] = [];
    let place = 0;
    for (const block of this.all())
      for (let start = 0; start < block.length; place += 1) {
        const end = endOfRow(block, start);
        if (places.has(place)) chosen.push(block.subarray(start, end));
        start = end;
      }
    return chosen;
  }
}

function endOfRow(block: Buffer, start: number): number {
  let end = start + 2;
  for (let columns = block.readInt16BE(start); columns > 0; columns -= 1)
    end += 4 + Math.max(block.readInt32BE(end), 0);
  return end;
}

/** The text of a row whose only column is text. */
export const onlyText = (row: Buffer): string => row.toString("utf8", 2 + 4);

/** A row with a number (int8) inserted before its first column. */
export function withNumber(row: Buffer, number: number): Buffer {
  const longer = Buffer.alloc(row.length + 12);
  int16(longer, 0, row.readInt16BE(0) + 1);
  int32(longer, 2, 8);
  writeInt8(longer, 6, number);
  row.copy(longer, 14, 2);
  return longer;
}
