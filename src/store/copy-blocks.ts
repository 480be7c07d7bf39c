/** One write a row to a connection costs more than the row. */
const BLOCK_BYTES = 128 * 1024;
/** UTF-8 needs so many bytes at most for one unit of UTF-16. */
const BYTES_OF_A_UNIT = 3;
const NEWLINE = 10;

/** Rows on their way in, as COPY text: blocks of whole rows, outside of the heap. */
export class CopyBlocks {
  private readonly blocks: Buffer[] = [];
  private open: Buffer | null = null;
  private used = 0;

  /**
   * Takes one row in COPY text format, with its line end, whole or in pieces: each is written straight to its place, so
   * that a long text is copied only once.
   */
  add(...pieces: readonly string[]): void {
    let room = 0;
    for (const { length } of pieces) room += length * BYTES_OF_A_UNIT;
    const block = this.blockWith(room);
    for (const piece of pieces) this.used += block.write(piece, this.used);
  }

  private blockWith(room: number): Buffer {
    if (this.open && this.used + room <= this.open.length) return this.open;
    this.close();
    this.open = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, room));
    return this.open;
  }

  private close(): void {
    if (this.open) this.blocks.push(this.open.subarray(0, this.used));
    this.open = null;
    this.used = 0;
  }

  /** Blocks of all rows. */
  all(): readonly Buffer[] {
    this.close();
    return this.blocks;
  }

  /** The rows at these places, in order, each by itself. */
  at(places: ReadonlySet<number>): Buffer[] {
    const chosen: Buffer[] = [];
    let place = 0;
    for (const block of this.all())
      for (let start = 0; start < block.length; place += 1) {
        const end = block.indexOf(NEWLINE, start) + 1;
        if (places.has(place)) chosen.push(block.subarray(start, end));
        start = end;
      }
    return chosen;
  }
}
