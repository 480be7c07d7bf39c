import { BinaryRows } from "../copy/binary-rows.js";
import type { IncomingActor } from "./actors.js";
import { eventTable, type IncomingEvent, payloadTable } from "./event-columns.js";

/** Indexes of events in a part; most parts are entirely new, and a set of all indexes would be expensive. */
export type Places = ReadonlySet<number> | "all";

/** Incoming events of one file. */
export class EventRows {
  readonly ids: string[] = [];
  readonly lines: number[] = [];
  /** The range of their ordinals in the run. */
  readonly places = { first: 0, last: 0 };
  readonly rows = new BinaryRows(eventTable.types);
  readonly payloads = new BinaryRows(payloadTable.types);
  private readonly actors: IncomingActor[] = [];

  constructor(readonly file: string) {}

  get length(): number {
    return this.ids.length;
  }

  /** Approximate memory use. */
  get bytes(): number {
    return this.rows.bytes + this.payloads.bytes;
  }

  add(incoming: IncomingEvent): void {
    const { event, line, ordinal, actor } = incoming;
    if (this.length === 0) this.places.first = ordinal;
    this.places.last = ordinal;
    this.ids.push(event.eventId);
    this.lines.push(line);
    this.actors.push(actor);
    this.rows.add(eventTable.rowOf(incoming));
    this.payloads.add(payloadTable.rowOf(incoming));
  }

  /** Returns the buffers to the pool. Call it when the rows have been sent and are no longer needed. */
  release(): void {
    this.rows.release();
    this.payloads.release();
  }

  /** Number of these indexes. */
  count(places: Places): number {
    return places === "all" ? this.length : places.size;
  }

  /** The indexes not among these. */
  others(places: Places): Set<number> {
    if (places === "all") return new Set();
    return new Set([...this.ids.keys()].filter((place) => !places.has(place)));
  }

  /** The actors of the events at these indexes, possibly repeated. */
  actorsOf(places: Places): readonly IncomingActor[] {
    return places === "all" ? this.actors : this.actors.filter((_, place) => places.has(place));
  }
}
