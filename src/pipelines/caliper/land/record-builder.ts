import { lineDigest } from "../../../domain/values/digest.js";
import type { InputLimits } from "../../../domain/values/input-limits.js";
import { EventRows } from "../../../store/landing/event-batch.js";
import type { Reject } from "../../../store/landing/rejects.js";
import type { InputLine } from "../input/splitter.js";
import { parseLine } from "../parse/parse.js";
import type { Line, Parsed } from "../parse/record.js";
import { incomingEvent, type LandingRun } from "./event-row.js";

/** Records of one file, landed in one transaction. */
export interface Records {
  events: EventRows;
  /** Number of records already landed, byte for byte. */
  known: number;
  skipped: number;
  rejects: Reject[];
}

/** Collects the outcomes of the records of one file. */
export class RecordBuilder {
  private readonly events: EventRows;
  private readonly rejects: Reject[] = [];
  private known = 0;
  private skipped = 0;
  private rejectedBytes = 0;

  constructor(
    private readonly file: string,
    private readonly run: LandingRun,
    private readonly limits?: InputLimits,
  ) {
    this.events = new EventRows(file);
  }

  /** Whether it holds this many records, or about this many bytes to store. */
  isFull(records: number, size: number): boolean {
    return (
      this.events.length + this.skipped + this.rejects.length >= records ||
      this.events.bytes + this.rejectedBytes >= size
    );
  }

  /** `member`: index in its original line of a record that is now a line of its own. `digest`: that of the line, if known. */
  add(line: InputLine, { member = 0, digest }: { member?: number; digest?: string } = {}): void {
    if (line.kind === "rejected") this.reject(line, 0, { ...line, record: null });
    else {
      const records = parseLine(line, this.limits);
      records.forEach((parsed, place) => {
        this.addRecord(line, { member: records.length === 1 ? member : place, digest }, parsed);
      });
    }
  }

  private addRecord(
    line: Line,
    { member, digest }: { member: number; digest: string | undefined },
    parsed: Parsed,
  ): void {
    if (parsed.kind === "skipped") this.skipped += 1;
    else if (parsed.kind === "rejected") this.reject(line, member, parsed);
    else {
      const { payload } = parsed.event;
      const isLine = digest !== undefined && payload === line.text.trim();
      const payloadDigest = isLine ? digest : lineDigest(payload);
      this.events.add(incomingEvent(parsed.event, { line: line.number, payloadDigest }, this.run));
    }
  }

  private reject(
    line: Omit<Line, "text">,
    member: number,
    { code, reason, excerpt, record }: Omit<Parsed & { kind: "rejected" }, "kind">,
  ): void {
    const { file } = this;
    this.rejects.push({ file, line: line.number, member, byteOffset: line.byteOffset, code, reason, excerpt, record });
    this.rejectedBytes += record?.length ?? 0;
  }

  /** Counts records already landed, byte for byte. */
  addKnown(records: number): void {
    this.known += records;
  }

  /** Returns its buffers to the pool. Call it when nobody needs the records any more. */
  release(): void {
    this.events.release();
  }

  /** The records collected so far. */
  records(): Records {
    const { events, known, skipped, rejects } = this;
    return { events, known, skipped, rejects };
  }
}
