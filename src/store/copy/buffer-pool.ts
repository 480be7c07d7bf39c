/** Size of the blocks in which rows are sent: a write for each row would cost more than the row. */
const BLOCK_BYTES = 128 * 1024;

/** Most UTF-8 bytes per UTF-16 unit. */
export const BYTES_OF_A_UNIT = 3;

const spare: Buffer[] = [];

/**
 * Bytes to be sent, in blocks outside the JS heap that are reused after `release`: V8 hardly accounts for such memory, and unused
 * blocks would pile up to 64 MB.
 */
export class Blocks {
  private readonly full: Buffer[] = [];
  private open: Buffer | null = null;
  private closed = 0;
  protected used = 0;

  /** Number of bytes. */
  get bytes(): number {
    return this.closed + this.used;
  }

  /** A block with room for this many contiguous bytes from `used` on. */
  protected blockFor(bytes: number): Buffer {
    if (this.open && this.used + bytes <= this.open.length) return this.open;
    this.close();
    this.open =
      bytes > BLOCK_BYTES ? Buffer.allocUnsafeSlow(bytes) : (spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES));
    return this.open;
  }

  private close(): void {
    if (this.open) this.full.push(this.open.subarray(0, this.used));
    this.closed += this.used;
    this.open = null;
    this.used = 0;
  }

  /** Copies bytes in, cut anywhere. */
  addBytes(bytes: Buffer): void {
    for (let from = 0; from < bytes.length; ) {
      const copied = bytes.copy(this.blockFor(1), this.used, from);
      this.used += copied;
      from += copied;
    }
  }

  /** Adds a text as UTF-8, whole in one block. */
  addText(text: string): void {
    const block = this.blockFor(text.length * BYTES_OF_A_UNIT);
    this.used += block.write(text, this.used);
  }

  /** All bytes, in order. */
  all(): readonly Buffer[] {
    this.close();
    return this.full;
  }

  /** Empties it and returns its blocks to the pool. Call it when the bytes have been sent and the result of `all` is no longer used. */
  release(): void {
    for (const { buffer } of this.all()) if (buffer.byteLength === BLOCK_BYTES) spare.push(Buffer.from(buffer));
    this.full.length = 0;
    this.closed = 0;
  }
}
