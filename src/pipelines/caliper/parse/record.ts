import type { LandableEvent } from "../../../domain/values/caliper-event.js";

/** Why a record was quarantined, for programs. `reason` says it for people. */
export type RejectCode = string;

/** One record of the input: what became of it at the door. */
export type Parsed =
  | { kind: "event"; event: LandableEvent }
  | { kind: "skipped"; why: string }
  | {
      kind: "rejected";
      code: RejectCode;
      reason: string;
      excerpt: string;
      /** A line that is judged as this record was: its JSON, or the line where that is none; null where it cannot be kept. */
      record: string | null;
    };

/** A line of the input with its address. */
export interface Line {
  file: string;
  /** 1-based. */
  number: number;
  /** Of the first byte of the line in the (decompressed) input. */
  byteOffset: number;
  text: string;
}

/** A line that could not be read as text, with its address. It counts as one rejected record. */
export interface UnreadableLine extends Omit<Line, "text"> {
  kind: "rejected";
  code: RejectCode;
  reason: string;
  excerpt: string;
}
