import type { IncomingActor } from "./students.js";

/** One event on its way in. */
export interface EventRow {
  /** UUID in lower case. */
  eventId: string;
  /** Of the file; the first is 1. */
  line: number;
  actor: IncomingActor;
  /** Its row in COPY text format, with its line end: the columns of `copyNewEvents`. */
  row: string;
}

/** One write a row costs more than the row. */
const BLOCK_CHARACTERS = 128 * 1024;
const NEWLINE = 10;

/** Events of one file on their way in, as COPY text: blocks of whole rows, outside of the heap. */
export class EventRows {
  readonly ids: string[] = [];
  readonly lines: number[] = [];
  /** The actors of all of them, each once, by key. */
  readonly actors = new Map<string, IncomingActor>();
  private readonly actorOf: string[] = [];
  private readonly blocks: Buffer[] = [];
  private open = "";

  constructor(readonly file: string) {}

  get length(): number {
    return this.ids.length;
  }

  add({ eventId, line, actor, row }: EventRow): void {
    this.ids.push(eventId);
    this.lines.push(line);
    this.actorOf.push(actor.key);
    this.actors.set(actor.key, actor);
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

  /** The actors of the events at these places. */
  actorsOf(places: ReadonlySet<number>): IncomingActor[] {
    if (places.size === this.length) return [...this.actors.values()];
    const keys = new Set([...places].map((place) => this.actorOf[place]));
    return [...this.actors.values()].filter(({ key }) => keys.has(key));
  }
}
