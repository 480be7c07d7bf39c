import { BinaryRows } from "../copy/binary-rows.js";
import type { IncomingActor } from "./actors.js";
import { eventTable, type IncomingEvent, payloadTable } from "./event-columns.js";

/** Places of events among those of a part; most parts are new as a whole, and a list of all places would be dear. */
export type Places = ReadonlySet<number> | "all";

/** Events of one file on their way in. */
export class EventRows {
  readonly ids: string[] = [];
  readonly lines: number[] = [];
  /** From the first to the last of their places among the events of their run. */
  readonly places = { first: 0, last: 0 };
  readonly rows = new BinaryRows(eventTable.types);
  readonly payloads = new BinaryRows(payloadTable.types);
  private readonly actors: IncomingActor[] = [];

  constructor(readonly file: string) {}

  get length(): number {
    return this.ids.length;
  }

  /** About how much room they take. */
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

  /** Lets the room of the rows be used for others. To be called when they have been sent, and nobody will ask for them again. */
  release(): void {
    this.rows.release();
    this.payloads.release();
  }

  /** How many these places are. */
  count(places: Places): number {
    return places === "all" ? this.length : places.size;
  }

  /** The places that are not among these. */
  others(places: Places): Set<number> {
    if (places === "all") return new Set();
    return new Set([...this.ids.keys()].filter((place) => !places.has(place)));
  }

  /** The actors of the events at these places; one may come several times. */
  actorsOf(places: Places): readonly IncomingActor[] {
    return places === "all" ? this.actors : this.actors.filter((_, place) => places.has(place));
  }
}
