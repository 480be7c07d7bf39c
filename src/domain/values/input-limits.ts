import { usualExpansion } from "./decompression-limit.js";

/** Limits of one line, one record and one compressed file. docs/caliper.md, "Limits". */
export interface InputLimits {
  /** Longer lines are rejected without being held in memory. */
  maxLineBytes: number;
  /** How deep the lists and objects of a record may be nested. At most 1,000: deeper ones overflow the stack. */
  maxDepth: number;
  /** Records in a line, and metrics in an event. */
  maxItems: number;
  /** How many times its size gzip data may expand to. */
  maxExpansion: number;
}

/** Limits far above what honest files need. */
export const defaultLimits: InputLimits = {
  maxLineBytes: 64 * 2 ** 20,
  maxDepth: 1_000,
  maxItems: 100_000,
  maxExpansion: usualExpansion.ratio,
};
