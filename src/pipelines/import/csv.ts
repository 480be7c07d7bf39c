import { Readable } from "node:stream";
import { type CsvError, parse } from "csv-parse";
import type { CsvFile } from "./csv-file.js";

/** One record, with the line on which it starts (1-based). */
export interface CsvRow {
  line: number;
  cells: string[];
}

/** From this line on the file is not CSV; earlier records are valid. */
export class BrokenCsv extends Error {
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
  }
}

/** In characters. Otherwise an unclosed quote would read the whole file into memory. */
const LONGEST_RECORD = 4 * 2 ** 20;
const LONGEST_HEADER = 64 * 2 ** 10;
const LINE_END = /\r\n|\r|\n/g;

/**
 * The records of a CSV file, the header first, without blank lines. Holds one record in memory. Accepts UTF-8 (with or without BOM)
 * and UTF-16, any line ends, and comma, semicolon or tab as in the header.
 * @throws BrokenCsv for an unclosed quote or a record longer than 4 MiB
 */
export async function* readCsv(file: CsvFile): AsyncGenerator<CsvRow> {
  const { start, rest } = await peek(file.open());
  const source = Readable.from(rest, { objectMode: true, highWaterMark: 2 });
  let fault: CsvError | undefined;
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(start),
    info: true,
    max_record_size: LONGEST_RECORD,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // An error would drop the records queued in the stream; so bad records are skipped, and nothing after one is read.
    skip_records_with_error: true,
    on_skip(error) {
      fault ??= error;
    },
    on_record: (record) => (fault ? null : record),
  });
  source.on("error", (error) => parser.destroy(error));
  const at = { line: 1, blank: 0 };
  try {
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<Parsed>) {
      at.line += info.empty_lines - at.blank;
      at.blank = info.empty_lines;
      yield { line: at.line, cells: record };
      at.line += 1 + lineEndsIn(record);
    }
  } finally {
    source.destroy();
    parser.destroy();
  }
  if (fault) throw new BrokenCsv(at.line, wordsFor(fault));
}

interface Parsed {
  record: string[];
  info: { empty_lines: number };
}

/** The parser's line count is of the record's end, and counts CR LF in a cell twice. */
const lineEndsIn = (cells: readonly string[]): number =>
  cells.reduce(
    (sum, cell) => sum + (cell.includes("\n") || cell.includes("\r") ? (cell.match(LINE_END)?.length ?? 0) : 0),
    0,
  );

function wordsFor(fault: CsvError): string {
  if (fault.code === "CSV_QUOTE_NOT_CLOSED")
    return "a quote is opened in this record and never closed, so the rest of the file cannot be read";
  if (fault.code === "CSV_MAX_RECORD_SIZE")
    return "this record is longer than 4 MiB, so the rest of the file cannot be read: is a quote not closed?";
  return `the rest of the file cannot be read: ${fault.message}`;
}

/** The first line of a file (or its first 64 KiB), and all of it. */
async function peek(blocks: AsyncIterable<Buffer>): Promise<{ start: Buffer; rest: AsyncIterable<Buffer> }> {
  const iterator = blocks[Symbol.asyncIterator]();
  const taken: Buffer[] = [];
  let size = 0;
  while (size < LONGEST_HEADER) {
    const { done, value } = await iterator.next();
    if (done) break;
    taken.push(value);
    size += value.length;
    if (value.includes("\n") || value.includes("\r")) break;
  }
  return { start: Buffer.concat(taken), rest: resumed(taken, iterator) };
}

async function* resumed(taken: readonly Buffer[], iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* taken;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

/** The most frequent of comma, semicolon and tab outside quotes in the first line; comma if there is none. */
function delimiterOf(start: Buffer): string {
  const line = /^[\r\n\s]*[^\r\n]*/.exec(start.toString("latin1"))?.[0] ?? "";
  const bare = line.replace(/"[^"]*"/g, "");
  const count = (delimiter: string) => bare.split(delimiter).length;
  return [",", ";", "\t"].reduce((best, next) => (count(next) > count(best) ? next : best));
}
