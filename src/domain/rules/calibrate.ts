import type { Xp } from "../values/xp.js";
import {
  type Calibration,
  type FormulaStatus,
  MULTIPLIER_TABLES,
  type MultiplierTable,
  ROUNDINGS,
  type Rounding,
} from "./calibration.js";
import { type Completion, explainedOwn, FORMULAS, type Formula } from "./own-xp.js";

/** A set of formulas: bit n stands for FORMULAS[n]. */
export type FormulaSet = number;

/** Number of events, by the set of formulas that explains them. */
export type FormulaCounts = Map<FormulaSet, number>;

/** Counts of one app's events, each under the exact set of formulas that explains its XP. */
export interface AppCounts {
  /** Events without near banked XP, explained alone. */
  quiet: FormulaCounts;
  /** Events with near banked XP, explained alone or with some of it. */
  banked: FormulaCounts;
  /** All events, explained alone or with some near or late banked XP; used if quiet events are few. */
  all: FormulaCounts;
}

const ENOUGH_QUIET = 10;

/** Whether there are enough quiet events to decide alone. */
export const isEnough = (quiet: FormulaCounts): boolean => totalOf(quiet) >= ENOUGH_QUIET;

/** The formulas that allow an own amount for which `explains` is true. */
export const formulasThat = (completion: Completion, explains: (own: Xp) => boolean): FormulaSet =>
  FORMULAS.reduce(
    (set, formula, bit) => (explainedOwn(formula, completion).some(explains) ? set | (1 << bit) : set),
    0,
  );

/** Zero counts. */
export const noCounts = (): AppCounts => ({ quiet: new Map(), banked: new Map(), all: new Map() });

/** Adds `events` events that exactly these formulas explain. */
export const count = (counts: FormulaCounts, formulas: FormulaSet, events: number): void => {
  counts.set(formulas, (counts.get(formulas) ?? 0) + events);
};

/** Number of events. */
const totalOf = (counts: FormulaCounts): number => [...counts.values()].reduce((sum, n) => sum + n, 0);

const explainedBy = (formulas: FormulaSet, counts: FormulaCounts): number =>
  [...counts].reduce((sum, [set, n]) => ((set & formulas) === 0 ? sum : sum + n), 0);

const bitOf = ({ rounding, table }: Formula): FormulaSet =>
  1 << FORMULAS.findIndex((formula) => formula.rounding === rounding && formula.table === table);

/**
 * Whether the events that distinguish two formulas rule out the second: some fit only the first, and fewer than one in ten only the
 * second. Null if no event distinguishes them.
 */
function rulesOut(counts: FormulaCounts, first: FormulaSet, second: FormulaSet): boolean | null {
  let [forFirst, forSecond] = [0, 0];
  for (const [set, n] of counts) {
    if ((set & first) !== 0 && (set & second) === 0) forFirst += n;
    if ((set & first) === 0 && (set & second) !== 0) forSecond += n;
  }
  if (forFirst + forSecond === 0) return null;
  return forFirst > 0 && forSecond * 10 < forFirst + forSecond;
}

/** The formula that explains most quiet events; among equals most banked ones, then the first. */
function bestFormula({ quiet, banked }: AppCounts): Formula {
  const ranked = FORMULAS.map((formula) => ({
    formula,
    quiet: explainedBy(bitOf(formula), quiet),
    banked: explainedBy(bitOf(formula), banked),
  })).sort((a, b) => b.quiet - a.quiet || b.banked - a.banked);
  return ranked[0]?.formula ?? { rounding: "round", table: "standard" };
}

/** The roundings and tables not ruled out against the best formula, by quiet events or, if those do not distinguish, by banked ones. */
function keptBy(counts: AppCounts): { roundings: Rounding[]; tables: MultiplierTable[] } {
  const best = bestFormula(counts);
  const remains = (other: Formula): boolean => {
    const [first, second] = [bitOf(best), bitOf(other)];
    return !(rulesOut(counts.quiet, first, second) ?? rulesOut(counts.banked, first, second) ?? false);
  };
  return {
    roundings: ROUNDINGS.filter((rounding) => remains({ ...best, rounding })),
    tables: MULTIPLIER_TABLES.filter((table) => remains({ ...best, table })),
  };
}

function statusOf({ quiet, all }: AppCounts, kept: FormulaSet): FormulaStatus {
  if (isEnough(quiet)) return explainedBy(kept, quiet) * 10 >= totalOf(quiet) * 9 ? "holds" : "void";
  const events = totalOf(all);
  const explained = explainedBy(kept, all);
  if (events > 0 && (events >= 10 ? explained * 10 >= events * 9 : explained === events)) return "presumed";
  return events >= 5 && (events - explained) * 10 >= events * 4 ? "void" : "unsure";
}

/** Calibrates one app by its events (docs/audit.md, "Calibration"). */
export function calibrate(app: string | null, counts: AppCounts): Calibration {
  const kept = keptBy(counts);
  const formulas = keptFormulas(kept).reduce((set, formula) => set | bitOf(formula), 0);
  const decisive = isEnough(counts.quiet) ? counts.quiet : counts.all;
  return {
    app,
    status: statusOf(counts, formulas),
    quietEvents: totalOf(counts.quiet),
    quietExplained: explainedBy(formulas, counts.quiet),
    events: totalOf(decisive),
    eventsExplained: explainedBy(formulas, decisive),
    ...kept,
  };
}

/** The formulas that a calibration does not rule out. */
export const keptFormulas = ({ roundings, tables }: Pick<Calibration, "roundings" | "tables">): Formula[] =>
  FORMULAS.filter(({ rounding, table }) => roundings.includes(rounding) && tables.includes(table));

/** Whether an app's quiet events alone do not decide between formulas. */
export const isUndecided = (counts: AppCounts): boolean => {
  const { roundings, tables } = keptBy(counts);
  return roundings.length > 1 || tables.length > 1;
};

/** Counts by app; the app without a name is "". */
export class CountsByApp extends Map<string, AppCounts> {
  of(app: string): AppCounts {
    const counts = this.get(app) ?? noCounts();
    this.set(app, counts);
    return counts;
  }
}
