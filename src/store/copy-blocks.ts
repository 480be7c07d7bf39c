import { Blocks } from "./blocks.js";

/** UTF-8 needs so many bytes at most for one unit of UTF-16. */
const BYTES_OF_A_UNIT = 3;
const NEWLINE = 10;

/** Rows on their way in, as COPY text: blocks of whole rows. */
export class CopyBlocks extends Blocks {
  /**
   * Takes one row in COPY text format, with its line end, whole or in pieces: each is written straight to its place, so
   * that a long text is copied only once.
   */
  add(...pieces: readonly string[]): void {
    let room = 0;
    for (const { length } of pieces) room += length * BYTES_OF_A_UNIT;
    const block = this.blockFor(room);
    for (const piece of pieces) this.used += block.write(piece, this.used);
  }

  /** The rows at these places, in order, each by itself. */
  at(places: ReadonlySet<number>): Buffer[] {
    return this.rowsAt(places, (block, start) => block.indexOf(NEWLINE, start) + 1);
  }
}
