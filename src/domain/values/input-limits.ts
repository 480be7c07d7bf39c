import { usualExpansion } from "./decompression-limit.js";

/** What one line, one record and one compressed file may cost. docs/caliper.md, "Limits". */
export interface InputLimits {
  /** Longer lines are rejected without being held in memory. */
  maxLineBytes: number;
  /** Levels to which lists and objects of a record may be nested. At most 1,000: stacks overflow on more. */
  maxDepth: number;
  /** Records in a line, and metrics in an event. */
  maxItems: number;
  /** Times its size to which gzip data may expand. */
  maxExpansion: number;
}

/** Limits that honest files stay far below. */
export const defaultLimits: InputLimits = {
  maxLineBytes: 64 * 2 ** 20,
  maxDepth: 1_000,
  maxItems: 100_000,
  maxExpansion: usualExpansion.ratio,
};
