import { type Amount, ceilXp, roundXp, times } from "../amount.js";

/** How an app rounds XP. */
export type Rounding = "round" | "ceil" | "none";

/** Which multipliers an app uses; they differ from the second attempt on. */
export type MultiplierTable = "standard" | "decay";

/** How well an exercise went: everything right, at least 80 %, or less. */
export type Band = "perfect" | "passed" | "failed";

/** Questions of one sitting. */
export interface Questions {
  total: number;
  correct: number;
}

export const roundings: readonly Rounding[] = ["round", "ceil", "none"];
export const multiplierTables: readonly MultiplierTable[] = ["standard", "decay"];

/** Multipliers in ten-thousandths, by attempt from 1; the last entry holds for all later attempts. */
const MULTIPLIERS: Record<MultiplierTable, Record<Band, readonly number[]>> = {
  standard: { perfect: [12_500, 10_000], passed: [10_000, 5_000], failed: [0] },
  decay: { perfect: [12_500, 6_250, 3_125, 0], passed: [10_000, 5_000, 2_500, 0], failed: [0] },
};

const PASS_PERCENT = 80;

export function bandOf({ total, correct }: Questions): Band {
  if (correct === total) return "perfect";
  return correct * 100 >= total * PASS_PERCENT ? "passed" : "failed";
}

/** The multiplier in ten-thousandths for an attempt counted from 1. docs/simulate.md, "What an exercise is worth". */
export function multiplierOf(table: MultiplierTable, band: Band, attempt: number): number {
  const byAttempt = MULTIPLIERS[table][band];
  return byAttempt[Math.min(attempt, byAttempt.length) - 1] ?? 0;
}

/** Own XP of an exercise: base times multiplier, rounded the app's way. */
export function ownXp(base: Amount, multiplier: number, rounding: Rounding): Amount {
  const exact = times(base, multiplier);
  if (rounding === "none") return exact;
  return rounding === "ceil" ? ceilXp(exact) : roundXp(exact);
}
