import type { Xp } from "../values/xp.js";
import {
  type Calibration,
  type FormulaStatus,
  type Lift,
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
  /** Quiet events by the formulas of whose every own amount they pay more. */
  overpaid: FormulaCounts;
  /** Events with banked XP near them by the formulas that explain them only with some of that. */
  lifted: FormulaCounts;
  /** Of the events whose own results have XP, under no formula: quiet ones, those with more XP than that; those with banked XP near them, and with such that makes up the rest. */
  ownQuiet: FormulaCounts;
  ownOverpaid: FormulaCounts;
  ownBanked: FormulaCounts;
  ownLifted: FormulaCounts;
}

/** The kinds of counts. */
export const COUNT_KINDS = [
  ...(["quiet", "banked", "all", "overpaid", "lifted"] as const),
  ...(["ownQuiet", "ownOverpaid", "ownBanked", "ownLifted"] as const),
] satisfies (keyof AppCounts)[];

const ENOUGH_QUIET = 10;

/** Whether so many quiet events are enough to decide alone. */
export const isEnoughQuiet = (events: number): boolean => events >= ENOUGH_QUIET;

/** Whether there are enough quiet events to decide alone. */
export const isEnough = (quiet: FormulaCounts): boolean => isEnoughQuiet(totalOf(quiet));

/** The formulas that allow an own amount for which `explains` is true. */
export const formulasThat = (completion: Completion, explains: (own: Xp) => boolean): FormulaSet =>
  FORMULAS.reduce(
    (set, formula, bit) => (explainedOwn(formula, completion).some(explains) ? set | (1 << bit) : set),
    0,
  );

/** Counts of each kind. */
export const appCountsOf = (counts: (kind: keyof AppCounts) => Iterable<[FormulaSet, number]>): AppCounts =>
  Object.fromEntries(COUNT_KINDS.map((kind) => [kind, new Map(counts(kind))])) as unknown as AppCounts;

/** Counts without events. */
export const noCounts = (): AppCounts => appCountsOf(() => []);

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

/** A list of formulas as a set. */
export const setOf = (formulas: readonly Formula[]): FormulaSet =>
  formulas.reduce((set, formula) => set | bitOf(formula), 0);

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

const liftOf = (counts: AppCounts, kept: FormulaSet): Lift => ({
  quiet: totalOf(counts.quiet),
  overpaid: [...counts.overpaid].reduce((sum, [set, n]) => ((set & kept) === kept ? sum + n : sum), 0),
  banked: totalOf(counts.banked),
  explained: explainedBy(kept, counts.lifted),
});

const ownResultLiftOf = ({ ownQuiet, ownOverpaid, ownBanked, ownLifted }: AppCounts): Lift => ({
  quiet: totalOf(ownQuiet),
  overpaid: totalOf(ownOverpaid),
  banked: totalOf(ownBanked),
  explained: totalOf(ownLifted),
});

const LEAST_LIFT = 3;

/** Whether banked XP near an event makes it pay more at least three times as often as nothing does. */
export const lifts = ({ quiet, overpaid, banked, explained }: Lift): boolean =>
  overpaid === 0 || explained * quiet >= LEAST_LIFT * overpaid * banked;

/** What the events of one app say about how it pays (docs/audit.md, "Calibration"). */
export function calibrate(app: string | null, counts: AppCounts): Calibration {
  const kept = keptBy(counts);
  const formulas = setOf(keptFormulas(kept));
  const decisive = isEnough(counts.quiet) ? counts.quiet : counts.all;
  return {
    app,
    status: statusOf(counts, formulas),
    quietEvents: totalOf(counts.quiet),
    quietExplained: explainedBy(formulas, counts.quiet),
    events: totalOf(decisive),
    eventsExplained: explainedBy(formulas, decisive),
    ...kept,
    lift: liftOf(counts, formulas),
    ownResultLift: ownResultLiftOf(counts),
  };
}

/** The formulas that a calibration does not rule out. */
export const keptFormulas = ({ roundings, tables }: Pick<Calibration, "roundings" | "tables">): Formula[] =>
  FORMULAS.filter(({ rounding, table }) => roundings.includes(rounding) && tables.includes(table));

/** Counts by app; the app without a name is "". */
export class CountsByApp extends Map<string, AppCounts> {
  of(app: string): AppCounts {
    const counts = this.get(app) ?? noCounts();
    this.set(app, counts);
    return counts;
  }
}
