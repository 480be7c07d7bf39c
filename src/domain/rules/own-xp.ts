import { dividedHalfAway, ONE_XP, type Xp, xpFromText, xpText } from "../values/xp.js";
import { MULTIPLIER_TABLES, type MultiplierTable, ROUNDINGS, type Rounding } from "./calibration.js";

/** How well the questions were answered: all correct, at least 80 %, less; null if unknown. */
export type AccuracyBand = "full" | "pass" | "fail" | null;

/** How an app may pay: a rounding and a table of multipliers. */
export interface Formula {
  rounding: Rounding;
  table: MultiplierTable;
}

/**
 * Multipliers by attempt, in ten-thousandths, for all correct and for at least 80 %; the last row holds for all later attempts. Below
 * 80 %: 0.
 */
export type MultiplierRows = readonly (readonly [full: bigint, pass: bigint])[];

/** The multipliers of each table. */
export type MultiplierTables = Readonly<Record<MultiplierTable, MultiplierRows>>;

/** What is known of a completed activity, apart from the XP paid. */
export interface Completion {
  /** XP of the activity's resource. */
  base: Xp | null;
  band: AccuracyBand;
  /** Counted from 1. */
  attempt: number;
  /** The multiplier stored in its own result, in ten-thousandths. */
  multiplier: bigint | null;
  /** The multipliers that apply if none is stored. */
  tables: MultiplierTables;
}

/** Every formula; a set of formulas is a number with the bit of each. */
export const FORMULAS: readonly Formula[] = MULTIPLIER_TABLES.flatMap((table) =>
  ROUNDINGS.map((rounding) => ({ rounding, table })),
);

/** Parses one row per attempt: `1.25/1,1/0.5`. @throws RangeError for invalid text */
export const multipliersFromText = (text: string): MultiplierRows =>
  text.split(",").map((row) => {
    const [full = "", pass = ""] = row.split("/");
    return [multiplierFromText(full), multiplierFromText(pass)] as const;
  });

/** The tables of a database that stores no others (docs/audit.md, "Own XP"). */
export const STANDARD_MULTIPLIERS: Readonly<Record<MultiplierTable, string>> = {
  standard: "1.25/1,1/0.5",
  decay: "1.25/1,0.625/0.5,0.3125/0.25,0/0",
};

/**
 * The multipliers that a table allows, in ten-thousandths: one, or that of each band if the accuracy is unknown.
 * docs/audit.md, "Own XP".
 */
export function multipliersOf(
  table: MultiplierTable,
  { band, attempt, tables }: Pick<Completion, "band" | "attempt" | "tables">,
): readonly bigint[] {
  const rows = tables[table];
  const [full, pass] = rows[Math.min(Math.max(attempt, 1), rows.length) - 1] ?? [0n, 0n];
  if (band === null) return [full, pass, 0n];
  return [{ full, pass, fail: 0n }[band]];
}

/** Base times multiplier, rounded. */
export function paid(base: Xp, multiplier: bigint, rounding: Rounding): Xp {
  const product = base * multiplier;
  const unit = ONE_XP * ONE_XP;
  if (rounding === "none") return dividedHalfAway(product, ONE_XP);
  if (rounding === "round") return dividedHalfAway(product, unit) * ONE_XP;
  const whole = product / unit;
  return (product > whole * unit ? whole + 1n : whole) * ONE_XP;
}

/** The multipliers by which a formula may have paid: the stored one where there is one, else those of its table. */
export const possibleMultipliers = (formula: Formula, completion: Completion): readonly bigint[] =>
  completion.multiplier === null ? multipliersOf(formula.table, completion) : [completion.multiplier];

/** Every amount of own XP that some formula allows, without duplicates, ascending; empty if the base is unknown. */
export function allowedOwn(formulas: readonly Formula[], completion: Completion): Xp[] {
  const { base } = completion;
  if (base === null) return [];
  const values = formulas.flatMap((formula) =>
    possibleMultipliers(formula, completion).map((multiplier) => paid(base, multiplier, formula.rounding)),
  );
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
}

/** As `allowedOwn`, for calibration: a stored multiplier that the formula's table does not allow explains nothing. */
export function explainedOwn(formula: Formula, completion: Completion): Xp[] {
  const { multiplier } = completion;
  if (multiplier !== null && !multipliersOf(formula.table, completion).includes(multiplier)) return [];
  return allowedOwn([formula], completion);
}

/** Parses a multiplier into ten-thousandths. @throws RangeError if it is not a number */
export const multiplierFromText = (text: string): bigint => xpFromText(text);

const ROUNDED: Readonly<Record<Rounding, string>> = { round: "rounded to", ceil: "rounded up to", none: "that is" };

/** The calculation of own XP by one of the formulas: `2 x 1.25 = 2.5, rounded up to 3`; null if none yields it. */
export function ownArithmetic(formulas: readonly Formula[], completion: Completion, own: Xp): string | null {
  const { base } = completion;
  if (base === null) return null;
  const ways = formulas.flatMap((formula) =>
    possibleMultipliers(formula, completion)
      .filter((multiplier) => paid(base, multiplier, formula.rounding) === own)
      .map((multiplier) => ({ multiplier, rounding: formula.rounding })),
  );
  const [way] = ways;
  if (way === undefined) return null;
  const product = dividedHalfAway(base * way.multiplier, ONE_XP);
  const exact = `${xpText(base)} x ${xpText(way.multiplier)} = ${xpText(product)}`;
  return product === own ? exact : `${exact}, ${ROUNDED[way.rounding]} ${xpText(own)}`;
}
