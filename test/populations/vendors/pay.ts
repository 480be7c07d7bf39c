import { type Cents, rounded, timesThousandths } from "../kit/cents.js";
import type { Habits, PaySheet } from "./habits.js";

/** Right answers of an attempt. */
export interface Answers {
  total: number;
  correct: number;
}

const percent = ({ total, correct }: Answers): number => Math.floor((correct * 100) / total);

/** The sheet that is in force: an app may take another one at half-term. */
export const sheetOf = ({ sheets }: Habits, isSecondHalf: boolean): PaySheet =>
  isSecondHalf && sheets.afterHalf ? sheets.afterHalf : sheets.first;

/** The factor of the table, in thousandths; later attempts than it has are paid as its last one. */
export function factorOf({ rows }: PaySheet, answers: Answers, attempt: number): number {
  const [, byAttempt] = rows.find(([least]) => percent(answers) >= least) ?? [0, [0]];
  return byAttempt[Math.min(attempt, byAttempt.length) - 1] ?? 0;
}

/** What the table pays. @throws RangeError where that is no whole number of cents */
export function tablePay(sheet: PaySheet, base: Cents, answers: Answers, attempt: number): Cents {
  const product = timesThousandths(base, factorOf(sheet, answers, attempt));
  if (!Number.isInteger(product)) throw new RangeError(`half a cent: ${base} in ${sheet.rounding}`);
  return rounded(product, sheet.rounding);
}

/** Factors that some app of the world pays by, in thousandths. */
const KNOWN_FACTORS = [2000, 1500, 1250, 1000, 625, 500, 250];

/** Could a base of so much pay this by one of the factors and some rounding? */
export const isPayOf = (factors: readonly number[], base: Cents, paid: Cents): boolean =>
  factors.some((factor) => {
    const product = timesThousandths(base, factor);
    return [product, rounded(product, "nearest"), rounded(product, "up")].includes(paid);
  });

/** Could it by any table that is seen anywhere? */
export const isSomePay = (base: Cents, paid: Cents): boolean => isPayOf(KNOWN_FACTORS, base, paid);
