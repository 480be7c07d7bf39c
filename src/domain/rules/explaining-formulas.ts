import type { Xp } from "../values/xp.js";
import { type FormulaSet, formulasThat } from "./calibrate.js";
import type { Completion } from "./own-xp.js";
import { subsetsOf } from "./subset-sums.js";

/** The XP of an exercise, and how it was completed. */
export interface PaidCompletion {
  xp: Xp;
  completion: Completion;
}

/** The formulas that explain an event's XP alone, or with some of these bank writes. docs/audit.md, "Calibration". */
export const explainedBy = ({ xp, completion }: PaidCompletion, banks: readonly Xp[]): FormulaSet =>
  formulasThat(completion, (own) => own === xp || (banks.length > 0 && subsetsOf(banks, xp - own, 1).first.length > 0));

/** Whether an event says anything about how its app pays: not with 0 XP that every formula allows, nor without base XP. */
export const isInformative = ({ xp, completion }: PaidCompletion): boolean =>
  completion.base !== null && (xp !== 0n || formulasThat(completion, (own) => own > 0n) !== 0);
