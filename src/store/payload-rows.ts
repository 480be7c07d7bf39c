import { Blocks } from "./blocks.js";

/** A row begins with the number of its columns (2 bytes); before each value stands its length in bytes (4). */
const PAYLOAD_LENGTH_AT = 2 + 4 + 16 + 4 + 8;
const ORDINAL_AT = 2 + 4 + 16 + 4;
const PAYLOAD_AT = PAYLOAD_LENGTH_AT + 4;
const BYTES_OF_A_UNIT = 3;
const WORD = 2 ** 32;

/** The columns of a row. */
export const PAYLOAD_COLUMNS = ["landed_run", "landed_ordinal", "payload"] as const;

/**
 * Payloads of a run on their way in, in PostgreSQL's binary COPY format: as text, most of the work of the server would be to
 * look through each of them for tabs and line ends.
 */
export class PayloadRows extends Blocks {
  private readonly start = Buffer.alloc(PAYLOAD_AT);

  constructor(runId: string) {
    super();
    const run = Buffer.from(runId.replaceAll("-", ""), "hex");
    this.start.writeInt16BE(PAYLOAD_COLUMNS.length, 0);
    this.start.writeInt32BE(run.length, 2);
    run.copy(this.start, 6);
    this.start.writeInt32BE(8, ORDINAL_AT - 4);
  }

  /** Takes the payload of the event at this place in the run. */
  add(ordinal: number, payload: string): void {
    const block = this.blockFor(PAYLOAD_AT + payload.length * BYTES_OF_A_UNIT);
    const row = this.used;
    this.start.copy(block, row);
    block.writeUInt32BE(Math.floor(ordinal / WORD), row + ORDINAL_AT);
    block.writeUInt32BE(ordinal % WORD, row + ORDINAL_AT + 4);
    const length = block.write(payload, row + PAYLOAD_AT);
    block.writeUInt32BE(length, row + PAYLOAD_LENGTH_AT);
    this.used = row + PAYLOAD_AT + length;
  }

  /** The rows at these places, in order, each by itself. */
  at(places: ReadonlySet<number>): Buffer[] {
    return this.rowsAt(places, (block, row) => row + PAYLOAD_AT + block.readUInt32BE(row + PAYLOAD_LENGTH_AT));
  }
}
