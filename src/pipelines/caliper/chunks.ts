import { createHash } from "node:crypto";
import { EventRows } from "../../store/event-rows.js";
import type { Reject } from "../../store/rejects.js";
import { eventRow } from "./event-row.js";
import { readLines } from "./lines.js";
import { parseLine } from "./parse.js";
import type { Parsed } from "./record.js";
import type { InputLine, Position } from "./splitter.js";

/** Records of one file that are landed in one transaction. */
export interface Records {
  events: EventRows;
  skipped: number;
  rejects: Reject[];
}

/** Records, and where they end in their file. */
export interface Chunk extends Records {
  end: Position;
  /** Of all (decompressed) bytes of the file before `end`. */
  prefixSha256: string;
}

/** How one file is cut into chunks. */
export interface ChunkOptions {
  file: string;
  /** Of the run that lands them. */
  runId: string;
  chunkRecords: number;
  chunkBytes: number;
  maxLineBytes: number;
  resumeAt?: Position;
  onRawBytes(total: number): void;
}

/** Gathers what became of the records of lines of one file. */
export class RecordBuilder {
  private events: EventRows;
  private rejects: Reject[] = [];
  private skipped = 0;
  private bytes = 0;

  constructor(
    private readonly file: string,
    private readonly runId: string,
  ) {
    this.events = new EventRows(file);
  }

  /** True from so many records on, or so many characters to be stored. */
  isFull(records: number, size: number): boolean {
    return this.events.length + this.skipped + this.rejects.length >= records || this.bytes >= size;
  }

  add(line: InputLine): void {
    if (line.kind === "rejected") {
      this.reject(line, 0, line, null);
      return;
    }
    parseLine(line).forEach((parsed, member) => {
      this.addRecord(line, member, parsed);
    });
  }

  private addRecord(line: InputLine & { text: string }, member: number, parsed: Parsed): void {
    if (parsed.kind === "skipped") this.skipped += 1;
    else if (parsed.kind === "rejected") this.reject(line, member, parsed, line.text);
    else {
      const row = eventRow(parsed.event, line.number, this.runId);
      this.events.add(row);
      this.bytes += row.row.length;
    }
  }

  private reject(
    line: InputLine,
    member: number,
    { code, reason, excerpt }: Omit<Parsed & { kind: "rejected" }, "kind">,
    record: string | null,
  ): void {
    const { file } = this;
    this.rejects.push({ file, line: line.number, member, byteOffset: line.byteOffset, code, reason, excerpt, record });
    this.bytes += record?.length ?? 0;
  }

  /** What was gathered; the builder starts anew. */
  take(): Records {
    const { events, skipped, rejects } = this;
    this.events = new EventRows(this.file);
    this.rejects = [];
    this.skipped = this.bytes = 0;
    return { events, skipped, rejects };
  }
}

/**
 * The chunks of one file, in order, the last one even when it is empty. With `resumeAt`, the first chunk is empty and
 * tells the hash of the bytes before it, so that the caller can see whether they are the bytes it knows.
 */
export async function* readChunks(options: ChunkOptions): AsyncGenerator<Chunk> {
  const { file, runId, chunkRecords, chunkBytes, maxLineBytes, resumeAt, onRawBytes } = options;
  const hash = createHash("sha256");
  const builder = new RecordBuilder(file, runId);
  const read = {
    maxLineBytes,
    onRawBytes,
    onBytes: (bytes: Buffer) => void hash.update(bytes),
    ...(resumeAt ? { resumeAt } : {}),
  };
  let end: Position = resumeAt ?? { byteOffset: 0, number: 1 };
  const chunk = (): Chunk => ({ ...builder.take(), end, prefixSha256: hash.copy().digest("hex") });
  let first = resumeAt !== undefined;
  for await (const batch of readLines(file, read)) {
    for (const line of batch.lines) builder.add(line);
    end = batch.end;
    if (first || builder.isFull(chunkRecords, chunkBytes)) yield chunk();
    first = false;
  }
  yield chunk();
}
