import { MULTIPLIER_TABLES, type MultiplierTable, ROUNDINGS, type Rounding } from "./calibration.js";
import { dividedHalfAway, ONE_XP, type Xp, xpFromText, xpText } from "./xp.js";

/** How well the questions were answered: all right, at least 80 %, less; null where that is not known. */
export type AccuracyBand = "full" | "pass" | "fail" | null;

/** One way in which an app may pay: a rounding and a table of multipliers. */
export interface Formula {
  rounding: Rounding;
  table: MultiplierTable;
}

/** What is known of one completed activity before anybody asks what it paid. */
export interface Completion {
  /** XP of the activity's resource. */
  base: Xp | null;
  band: AccuracyBand;
  /** Counted from 1. */
  attempt: number;
  /** The multiplier stored on its own result, in ten-thousandths. */
  multiplier: bigint | null;
}

/** Every formula; a set of formulas is a number with the bit of each. */
export const FORMULAS: readonly Formula[] = MULTIPLIER_TABLES.flatMap((table) =>
  ROUNDINGS.map((rounding) => ({ rounding, table })),
);

/** Multipliers in ten-thousandths, for all right and for at least 80 %, by attempt; the last stands for all later ones. Less than 80 %: 0. */
const MULTIPLIERS: Record<MultiplierTable, readonly (readonly [full: bigint, pass: bigint])[]> = {
  standard: [
    [12_500n, 10_000n],
    [10_000n, 5_000n],
  ],
  decay: [
    [12_500n, 10_000n],
    [6_250n, 5_000n],
    [3_125n, 2_500n],
    [0n, 0n],
  ],
};

/** The multipliers that a table allows, in ten-thousandths: one, or each band's where the accuracy is not known. docs/audit.md, "Own XP". */
export function multipliersOf(
  table: MultiplierTable,
  { band, attempt }: Pick<Completion, "band" | "attempt">,
): readonly bigint[] {
  const rows = MULTIPLIERS[table];
  const [full, pass] = rows[Math.min(Math.max(attempt, 1), rows.length) - 1] ?? [0n, 0n];
  if (band === null) return [full, pass, 0n];
  return [{ full, pass, fail: 0n }[band]];
}

/** Base times multiplier, brought to what the app pays. */
export function paid(base: Xp, multiplier: bigint, rounding: Rounding): Xp {
  const product = base * multiplier;
  const unit = ONE_XP * ONE_XP;
  if (rounding === "none") return dividedHalfAway(product, ONE_XP);
  if (rounding === "round") return dividedHalfAway(product, unit) * ONE_XP;
  const whole = product / unit;
  return (product > whole * unit ? whole + 1n : whole) * ONE_XP;
}

/** The multipliers by which a formula may have paid: the stored one where there is one, else those of its table. */
const possible = (formula: Formula, completion: Completion): readonly bigint[] =>
  completion.multiplier === null ? multipliersOf(formula.table, completion) : [completion.multiplier];

/** Every own XP that one of the formulas allows, without repetition, the smallest first; none where the base is not known. */
export function allowedOwn(formulas: readonly Formula[], completion: Completion): Xp[] {
  const { base } = completion;
  if (base === null) return [];
  const values = formulas.flatMap((formula) =>
    possible(formula, completion).map((multiplier) => paid(base, multiplier, formula.rounding)),
  );
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
}

/** As `allowedOwn`, for calibration: a stored multiplier that the formula's table does not allow explains nothing. */
export function explainedOwn(formula: Formula, completion: Completion): Xp[] {
  const { multiplier } = completion;
  if (multiplier !== null && !multipliersOf(formula.table, completion).includes(multiplier)) return [];
  return allowedOwn([formula], completion);
}

/** Reads a multiplier from decimal text, in ten-thousandths. @throws RangeError for what is no number */
export const multiplierFromText = (text: string): bigint => xpFromText(text);

const ROUNDED: Readonly<Record<Rounding, string>> = { round: "rounded to", ceil: "rounded up to", none: "that is" };

/** How one of the formulas comes to this own XP: `2 x 1.25 = 2.5, rounded up to 3`; null where none of them does. */
export function ownArithmetic(formulas: readonly Formula[], completion: Completion, own: Xp): string | null {
  const { base } = completion;
  if (base === null) return null;
  const ways = formulas.flatMap((formula) =>
    possible(formula, completion)
      .filter((multiplier) => paid(base, multiplier, formula.rounding) === own)
      .map((multiplier) => ({ multiplier, rounding: formula.rounding })),
  );
  const [way] = ways;
  if (way === undefined) return null;
  const product = dividedHalfAway(base * way.multiplier, ONE_XP);
  const exact = `${xpText(base)} x ${xpText(way.multiplier)} = ${xpText(product)}`;
  return product === own ? exact : `${exact}, ${ROUNDED[way.rounding]} ${xpText(own)}`;
}
