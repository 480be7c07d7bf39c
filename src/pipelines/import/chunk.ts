import { isLongKey } from "../../domain/values/key-length.js";
import type { Reject } from "../../store/landing/rejects.js";
import type { CsvRow } from "./csv.js";
import type { PlannedFile } from "./plan.js";
import { rejectOf } from "./reject.js";
import { readRow } from "./row.js";

/** Rows of a file, landed together. */
export interface Chunk {
  /** Accepted and rejected rows. */
  rows: number;
  /** COPY text of the accepted rows. */
  text: string;
  rejects: Reject[];
  rejectedIds: string[];
  /** Rejected rows whose id is unreadable. */
  nameless: number;
}

const MOST_CHARACTERS = 8 << 20;
const MOST_REJECTS = 5_000;

export const emptyChunk = (): Chunk => ({ rows: 0, text: "", rejects: [], rejectedIds: [], nameless: 0 });

/** Whether the chunk should be landed before it grows further. */
export const isFull = ({ rows, text, rejects }: Chunk, mostRows: number): boolean =>
  rows >= mostRows || text.length >= MOST_CHARACTERS || rejects.length >= MOST_REJECTS;

/** Adds a row of the file, or its reject; blank rows are skipped. */
export function addRow(chunk: Chunk, { file, mapping }: PlannedFile, columns: readonly string[], row: CsvRow): void {
  const reading = readRow(mapping, columns, row);
  if (reading.kind === "blank") return;
  chunk.rows += 1;
  if (reading.kind === "row") {
    chunk.text += reading.copy;
    return;
  }
  chunk.rejects.push(rejectOf(file.label, row.line, reading, row.cells));
  if (reading.id === null) chunk.nameless += 1;
  else if (!isLongKey(reading.id)) chunk.rejectedIds.push(reading.id); // no row of the database has a longer one
}
