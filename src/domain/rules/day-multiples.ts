import { dividedHalfAway, ONE_XP, type Xp } from "../values/xp.js";
import { type FormulaSet, formulasThat, keptFormulas, setOf } from "./calibrate.js";
import type { Calibration } from "./calibration.js";
import type { Counter, MultipleKind } from "./calibration-counts.js";
import type { PaidCompletion } from "./explaining-formulas.js";
import { type Completion, FORMULAS, type Formula, paid, possibleMultipliers } from "./own-xp.js";

/** What apps multiply own XP by on special days, in ten-thousandths: 1.5, 2, 2.5, 3, 4, 5. */
const MULTIPLES: readonly bigint[] = [15_000n, 20_000n, 25_000n, 30_000n, 40_000n, 50_000n];

const FEWEST_OTHERS = 2;

/** What is paid of a multiple: before rounding, or of what was rounded. */
function multipleOf(formula: Formula, completion: Completion, multiple: bigint): Xp[] {
  const { base } = completion;
  if (base === null) return [];
  return possibleMultipliers(formula, completion).flatMap((multiplier) => [
    dividedHalfAway(paid(base, multiplier, formula.rounding) * multiple, ONE_XP),
    paid(base, dividedHalfAway(multiplier * multiple, ONE_XP), formula.rounding),
  ]);
}

/** A multiple that an event was paid, and the formulas that then explain it; none of them does without it. */
export interface PaidMultiple {
  multiple: bigint;
  formulas: FormulaSet;
}

/** The multiples of what a formula allows that may be what an event was paid, though the formula does not allow that itself. */
export function paidMultiples({ xp, completion }: PaidCompletion): PaidMultiple[] {
  if (xp <= 0n) return [];
  const plain = formulasThat(completion, (own) => own === xp);
  return MULTIPLES.flatMap((multiple) => {
    const formulas = setOf(FORMULAS.filter((formula) => multipleOf(formula, completion, multiple).includes(xp)));
    return (formulas & ~plain) === 0 ? [] : [{ multiple, formulas: formulas & ~plain }];
  });
}

/** The multiples that one student was paid by quiet events, each once a day. */
export function multipleCounters(
  quiet: Iterable<{ app: string; day: string; multiples: readonly PaidMultiple[] }>,
): Counter[] {
  const counters = new Map<string, Counter>();
  for (const { app, day, multiples } of quiet)
    for (const { multiple, formulas } of multiples) {
      const kind = multipleKind(day, multiple);
      counters.set(`${app} ${kind} ${formulas}`, [app, kind, formulas, 1]);
    }
  return [...counters.values()];
}

/** How a counter names a day and a multiple. */
const multipleKind = (day: string, multiple: bigint): MultipleKind => `multiple ${day} ${multiple}`;

/** How many students an app paid a multiple on a day. */
export type PaidStudents = readonly [app: string, kind: string, students: number];

/** What apps paid their students on each day, of multiples of what they usually pay. docs/audit.md, "What must also hold". */
export class DayMultiples {
  readonly #students: ReadonlyMap<string, number>;

  constructor(
    readonly paid: readonly PaidStudents[],
    private readonly calibrations: ReadonlyMap<string, Calibration>,
  ) {
    this.#students = new Map(paid.map(([app, kind, students]) => [`${app} ${kind}`, students]));
  }

  /** The multiples that at least two students were paid on a day, beside the one whose counters these are. */
  ofOthers(app: string, day: string, own: readonly Counter[]): bigint[] {
    if (this.paid.length === 0) return [];
    const mine = new Map(paidStudents(own, this.calibrations).map(([of, kind, n]) => [`${of} ${kind}`, n]));
    return MULTIPLES.filter((multiple) => {
      const key = `${app} ${multipleKind(day, multiple)}`;
      return (this.#students.get(key) ?? 0) - (mine.get(key) ?? 0) >= FEWEST_OTHERS;
    });
  }
}

/** The students of each app, day and multiple, as far as a formula that the app's calibration keeps explains the multiple. */
export function paidStudents(
  counters: readonly Counter[],
  calibrations: ReadonlyMap<string, Calibration>,
): PaidStudents[] {
  const sums = new Map<string, PaidStudents>();
  for (const [app, kind, formulas, students] of counters) {
    const calibration = calibrations.get(app);
    if (!kind.startsWith("multiple ") || calibration === undefined) continue;
    if ((formulas & setOf(keptFormulas(calibration))) === 0) continue;
    const key = `${app} ${kind}`;
    sums.set(key, [app, kind, (sums.get(key)?.[2] ?? 0) + students]);
  }
  return [...sums.values()];
}

/** What is paid of a multiple of what these formulas allow. */
export const allowedAtMultiples = (
  formulas: readonly Formula[],
  completion: Completion,
  multiples: readonly bigint[],
): Xp[] => formulas.flatMap((formula) => multiples.flatMap((multiple) => multipleOf(formula, completion, multiple)));
