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

/** Number of events by the formulas that explain them. */
export type FormulaCounts = Map<FormulaSet, number>;

/** What the events of one app say: each event counts under exactly the formulas that explain its XP. */
export interface AppCounts {
  /** Events without banked XP near them, explained alone. */
  quiet: FormulaCounts;
  /** Events with banked XP near them, explained alone or with some of that. */
  banked: FormulaCounts;
  /** All events, explained alone or with some of the XP banked near them or later; needed where quiet ones are few. */
  all: FormulaCounts;
}

const ENOUGH_QUIET = 10;

/** Whether there are enough quiet events to decide alone. */
export const isEnough = (quiet: FormulaCounts): boolean => totalOf(quiet) >= ENOUGH_QUIET;

/** The formulas that allow an own amount of which `explains` holds. */
export const formulasThat = (completion: Completion, explains: (own: Xp) => boolean): FormulaSet =>
  FORMULAS.reduce(
    (set, formula, bit) => (explainedOwn(formula, completion).some(explains) ? set | (1 << bit) : set),
    0,
  );

/** Counts without events. */
export const noCounts = (): AppCounts => ({ quiet: new Map(), banked: new Map(), all: new Map() });

/** Counts `events` more events that exactly these formulas explain. */
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
 * Whether the events that tell two formulas apart rule the second out: some speak for the first, and fewer than one in
 * ten for the second. Null where no event tells.
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

/** The formula that explains most quiet events; among equals most of the banked ones, then the first. */
function bestFormula({ quiet, banked }: AppCounts): Formula {
  const ranked = FORMULAS.map((formula) => ({
    formula,
    quiet: explainedBy(bitOf(formula), quiet),
    banked: explainedBy(bitOf(formula), banked),
  })).sort((a, b) => b.quiet - a.quiet || b.banked - a.banked);
  return ranked[0]?.formula ?? { rounding: "round", table: "standard" };
}

/** The roundings and tables that remain possible beside the best ones: quiet events decide, where they tell nothing banked ones. */
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

/** What the events of one app say about how it pays (docs/audit.md, "Calibration"). */
export function calibrate(app: string | null, counts: AppCounts): Calibration {
  const kept = keptBy(counts);
  const formulas = keptFormulas(kept).reduce((set, formula) => set | bitOf(formula), 0);
  const asked = isEnough(counts.quiet) ? counts.quiet : counts.all;
  return {
    app,
    status: statusOf(counts, formulas),
    quietEvents: totalOf(counts.quiet),
    quietExplained: explainedBy(formulas, counts.quiet),
    events: totalOf(asked),
    eventsExplained: explainedBy(formulas, asked),
    ...kept,
  };
}

/** The formulas that a calibration leaves possible. */
export const keptFormulas = ({ roundings, tables }: Pick<Calibration, "roundings" | "tables">): Formula[] =>
  FORMULAS.filter(({ rounding, table }) => roundings.includes(rounding) && tables.includes(table));

/** Whether the quiet events of an app leave something to its other events to decide. */
export const leavesOpen = (counts: AppCounts): boolean => {
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
