import type { Xp } from "../values/xp.js";
import { type FormulaSet, formulasThat } from "./calibrate.js";
import { allowedOwn, type Completion, FORMULAS } from "./own-xp.js";
import { subsetsOf } from "./subset-sums.js";

/** The XP of an exercise, and how it was completed. */
export interface PaidCompletion {
  xp: Xp;
  completion: Completion;
}

/** The formulas that explain an event's XP alone, or with some of these bank writes. docs/audit.md, "Calibration". */
export const explainedBy = ({ xp, completion }: PaidCompletion, banks: readonly Xp[]): FormulaSet =>
  formulasThat(completion, (own) => own === xp || (banks.length > 0 && subsetsOf(banks, xp - own, 1).first.length > 0));

/** The formulas of whose every own amount an event pays more. */
export const overpaidBy = ({ xp, completion }: PaidCompletion): FormulaSet =>
  FORMULAS.reduce(
    (set, formula, bit) => (xp > (allowedOwn([formula], completion).at(-1) ?? xp) ? set | (1 << bit) : set),
    0,
  );

/** The formulas that explain an event's XP with some of these bank writes, and not alone. */
export const liftedBy = ({ xp, completion }: PaidCompletion, banks: readonly Xp[]): FormulaSet =>
  explainedBy({ xp, completion }, banks) & ~formulasThat(completion, (own) => own === xp);

/** An event of 0 that every formula pays 0 for tells nothing; neither does one whose base is not known. */
export const isInformative = ({ xp, completion }: PaidCompletion): boolean =>
  completion.base !== null && (xp !== 0n || formulasThat(completion, (own) => own > 0n) !== 0);
