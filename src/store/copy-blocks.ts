/** One write a row costs more than the row. */
const BLOCK_CHARACTERS = 128 * 1024;
const NEWLINE = 10;

/** Rows on their way in, as COPY text: blocks of whole rows, outside of the heap. */
export class CopyBlocks {
  private readonly blocks: Buffer[] = [];
  private open = "";

  /** Takes one row in COPY text format, with its line end. */
  add(row: string): void {
    this.open += row;
    if (this.open.length >= BLOCK_CHARACTERS) this.close();
  }

  private close(): void {
    if (this.open !== "") this.blocks.push(Buffer.from(this.open));
    this.open = "";
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
