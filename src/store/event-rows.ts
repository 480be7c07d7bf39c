import { CopyBlocks } from "./copy-blocks.js";
import { PayloadRows } from "./payload-rows.js";
import type { IncomingActor } from "./students.js";

/** One event on its way in. */
export interface EventRow {
  /** UUID in lower case. */
  eventId: string;
  /** Of the file; the first is 1. */
  line: number;
  /** Its place among the events that its run reads. */
  ordinal: number;
  actor: IncomingActor;
  /** Its row in COPY text format, with its line end: the columns of `copyNewEvents`. */
  row: string;
  payload: string;
}

/** Events of one file on their way in. */
export class EventRows {
  readonly ids: string[] = [];
  readonly lines: number[] = [];
  /** From the first to the last of their places among the events of their run. */
  readonly places = { first: 0, last: 0 };
  readonly rows = new CopyBlocks();
  readonly payloads: PayloadRows;
  /** The actors of all of them, each once, by key. */
  readonly actors = new Map<string, IncomingActor>();
  private readonly actorOf: string[] = [];

  constructor(
    readonly file: string,
    runId: string,
  ) {
    this.payloads = new PayloadRows(runId);
  }

  get length(): number {
    return this.ids.length;
  }

  add({ eventId, line, ordinal, actor, row, payload }: EventRow): void {
    if (this.length === 0) this.places.first = ordinal;
    this.places.last = ordinal;
    this.ids.push(eventId);
    this.lines.push(line);
    this.actorOf.push(actor.key);
    this.actors.set(actor.key, actor);
    this.rows.add(row);
    this.payloads.add(ordinal, payload);
  }

  /** Lets the room of the rows be used for others. To be called when they have been sent, and nobody will ask for them again. */
  release(): void {
    this.rows.release();
    this.payloads.release();
  }

  /** The actors of the events at these places. */
  actorsOf(places: ReadonlySet<number>): IncomingActor[] {
    if (places.size === this.length) return [...this.actors.values()];
    const keys = new Set([...places].map((place) => this.actorOf[place]));
    return [...this.actors.values()].filter(({ key }) => keys.has(key));
  }
}
