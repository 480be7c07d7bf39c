import type { LandableEvent } from "../../../domain/values/caliper-event.js";

/** Machine-readable reason of a reject; `reason` is the one for people. */
export type RejectCode = string;

/** One record of the input, and its outcome. */
export type Parsed =
  | { kind: "event"; event: LandableEvent }
  | { kind: "skipped"; why: string }
  | {
      kind: "rejected";
      code: RejectCode;
      reason: string;
      excerpt: string;
      /**
       * A line that would be rejected likewise: the record as JSON, or the original line if it is not JSON; null if it cannot be
       * stored.
       */
      record: string | null;
    };

/** A line of the input with its address. */
export interface Line {
  file: string;
  /** 1-based. */
  number: number;
  /** Offset of the line's first byte in the (decompressed) input. */
  byteOffset: number;
  text: string;
}

/** A line that could not be read as text: one rejected record. */
export interface UnreadableLine extends Omit<Line, "text"> {
  kind: "rejected";
  code: RejectCode;
  reason: string;
  excerpt: string;
}
