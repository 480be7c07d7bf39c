import { dividedHalfAway, ONE_XP, type Xp, xpFromText, xpText } from "../values/xp.js";
import { MULTIPLIER_TABLES, type MultiplierTable, ROUNDINGS, type Rounding } from "./calibration.js";

/** How well the questions were answered: all right, at least 80 %, less; null where that is not known. */
export type AccuracyBand = "full" | "pass" | "fail" | null;

/** One way in which an app may pay: a rounding and a table of multipliers. */
export interface Formula {
  rounding: Rounding;
  table: MultiplierTable;
}

/** For each attempt the multipliers, in ten-thousandths, for all right and for at least 80 %; the last stands for all later ones. Less than 80 %: 0. */
export type MultiplierRows = readonly (readonly [full: bigint, pass: bigint])[];

/** The multipliers of each table. */
export type MultiplierTables = Readonly<Record<MultiplierTable, MultiplierRows>>;

/** What is known of one completed activity before anybody asks what it paid. */
export interface Completion {
  /** XP of the activity's resource. */
  base: Xp | null;
  band: AccuracyBand;
  /** Counted from 1. */
  attempt: number;
  /** The multiplier stored on its own result, in ten-thousandths. */
  multiplier: bigint | null;
  /** The multipliers of which one applies where none is stored. */
  tables: MultiplierTables;
}

/** Every formula; a set of formulas is a number with the bit of each. */
export const FORMULAS: readonly Formula[] = MULTIPLIER_TABLES.flatMap((table) =>
  ROUNDINGS.map((rounding) => ({ rounding, table })),
);

/** Reads a row for each attempt: `1.25/1,1/0.5`. @throws RangeError for what is no such text */
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

/** The multipliers that a table allows, in ten-thousandths: one, or each band's where the accuracy is not known. docs/audit.md, "Own XP". */
export function multipliersOf(
  table: MultiplierTable,
  { band, attempt, tables }: Pick<Completion, "band" | "attempt" | "tables">,
): readonly bigint[] {
  const rows = tables[table];
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
export const possibleMultipliers = (formula: Formula, completion: Completion): readonly bigint[] =>
  completion.multiplier === null ? multipliersOf(formula.table, completion) : [completion.multiplier];

/** Every own XP that one of the formulas allows, without repetition, the smallest first; none where the base is not known. */
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

/** Reads a multiplier from decimal text, in ten-thousandths. @throws RangeError for what is no number */
export const multiplierFromText = (text: string): bigint => xpFromText(text);

const ROUNDED: Readonly<Record<Rounding, string>> = { round: "rounded to", ceil: "rounded up to", none: "that is" };

/** How one of the formulas comes to this own XP: `2 x 1.25 = 2.5, rounded up to 3`; null where none of them does. */
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
