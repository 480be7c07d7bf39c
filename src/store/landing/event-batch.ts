import { BinaryRows, type BinaryType, type BinaryValue } from "../copy/binary-rows.js";
import type { IncomingActor } from "./actors.js";

/** The columns of an event that a fact reads. */
const FACT_COLUMNS = {
  event_type: "text",
  has_metrics: "bool",
  actor_key: "uuid",
  occurred_at: "instant",
  attempt: "int4",
  xp: "numeric",
  total_questions: "numeric",
  correct_questions: "numeric",
  mastered_units: "numeric",
  active_seconds: "numeric",
  inactive_seconds: "numeric",
  waste_seconds: "numeric",
  unknown_seconds: "numeric",
  anti_pattern_seconds: "numeric",
  activity_key: "text",
  object_slug: "text",
  subject: "text",
  app: "text",
  course_id: "text",
  course_name: "text",
  activity_name: "text",
  caliper_run_id: "text",
} as const satisfies Record<string, BinaryType>;

/** The place of an event, and its payload, in the run that landed it. */
const PLACE = { landed_run: "uuid", landed_ordinal: "int8" } as const;
const ROW = { event_id: "uuid", ...PLACE, payload_digest: "uuid", linkable: "bool", ...FACT_COLUMNS } as const;
const PAYLOAD = { ...PLACE, payload: "text" } as const;

/** The names of the columns of an event that a fact reads, of a row of `EventRows`, and of one of its payloads. */
export const factColumns = Object.keys(FACT_COLUMNS);
export const rowColumns = Object.keys(ROW);
export const payloadColumns = Object.keys(PAYLOAD);

/** One event on its way in. */
export interface EventRow {
  /** UUID in lower case. */
  eventId: string;
  /** Of the file; the first is 1. */
  line: number;
  /** Its place among the events that its run reads. */
  ordinal: number;
  actor: IncomingActor;
  /** The values of its columns, in the order of `rowColumns`. */
  row: readonly BinaryValue[];
  payload: string;
}

/** Places of events among those of a part; most parts are new as a whole, and a list of all places would be dear. */
export type Places = ReadonlySet<number> | "all";

/** Events of one file on their way in. */
export class EventRows {
  readonly ids: string[] = [];
  readonly lines: number[] = [];
  /** From the first to the last of their places among the events of their run. */
  readonly places = { first: 0, last: 0 };
  readonly rows = new BinaryRows(Object.values(ROW));
  readonly payloads = new BinaryRows(Object.values(PAYLOAD));
  private readonly actors: IncomingActor[] = [];

  constructor(
    readonly file: string,
    private readonly runId: string,
  ) {}

  get length(): number {
    return this.ids.length;
  }

  /** About how much room they take. */
  get bytes(): number {
    return this.rows.bytes + this.payloads.bytes;
  }

  add({ eventId, line, ordinal, actor, row, payload }: EventRow): void {
    if (this.length === 0) this.places.first = ordinal;
    this.places.last = ordinal;
    this.ids.push(eventId);
    this.lines.push(line);
    this.actors.push(actor);
    this.rows.add(row);
    this.payloads.add([this.runId, ordinal, payload]);
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
