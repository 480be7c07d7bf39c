import type { Xp } from "../../values/xp.js";
import { hasLowerOwnResult, isAlwaysInnocent } from "../bundling.js";
import type { AppCounts, FormulaSet } from "../calibrate.js";
import type { Counter } from "../calibration-counts.js";
import { multipleCounters, type PaidMultiple, paidMultiples } from "../day-multiples.js";
import { explainedBy, isInformative, liftedBy, overpaidBy } from "../explaining-formulas.js";
import { subsetsOf } from "../subset-sums.js";
import type { EventRecord, ResultRecord, StudentRecords } from "./records.js";
import { reportText } from "./reports.js";
import type { EventSuspect } from "./suspects.js";

/** What holds for every event with one report. */
export interface KnownReport {
  text: string;
  /** Whether such an event is innocent however its app pays. */
  isAlwaysInnocent: boolean;
  /** Whether such an event says anything of how its app pays. */
  isInformative: boolean;
  /** The multiples of its own XP that it may have been paid. */
  multiples: readonly PaidMultiple[];
}

const MOST_REMEMBERED = 20_000;

/** Caches what holds for reports and for their sums with banked XP: a school's events repeat each other. */
export class KnownReports {
  readonly #reports = new Map<string, KnownReport>();
  readonly #formulas = new Map<string, Explained>();

  of(suspect: EventSuspect): KnownReport {
    const text = reportText(suspect);
    const known = this.#reports.get(text);
    if (known !== undefined) return known;
    if (this.#reports.size >= MOST_REMEMBERED) this.#reports.clear();
    const report = {
      text,
      isAlwaysInnocent: isAlwaysInnocent(suspect),
      isInformative: isInformative(suspect),
      multiples: paidMultiples(suspect),
    };
    this.#reports.set(text, report);
    return report;
  }

  /** What a report says together with these amounts of banked XP. */
  explained(suspect: EventSuspect, { text }: KnownReport, amounts: readonly Xp[]): Explained {
    const key = amounts.length === 0 ? text : `${text} ${amounts.join(" ")}`;
    const known = this.#formulas.get(key);
    if (known !== undefined) return known;
    if (this.#formulas.size >= MOST_REMEMBERED) this.#formulas.clear();
    const explained = {
      formulas: explainedBy(suspect, amounts),
      beyond: amounts.length === 0 ? overpaidBy(suspect) : liftedBy(suspect, amounts),
    };
    this.#formulas.set(key, explained);
    return explained;
  }
}

/** What a report says together with banked XP, or with none. */
interface Explained {
  /** The formulas that explain the XP, alone or with some of that. */
  formulas: FormulaSet;
  /** Of those, the ones that explain it only with some of that; where there is none, the formulas of whose every own amount it is more. */
  beyond: FormulaSet;
}

const amountsOf = (banks: EventSuspect["near"]): Xp[] => banks.map(({ xp }) => xp);

/** Whether what an own result says and some of these amounts make up the event's XP. */
const ownLifts = ({ xp, ownResultXp }: EventSuspect, amounts: readonly Xp[]): boolean =>
  ownResultXp.some((own) => own < xp && subsetsOf(amounts, xp - own, 1).first.length > 0);

/** What is counted of an exercise whose own results have XP (docs/audit.md, "What must also hold"). */
function ownCounts(suspect: EventSuspect, near: readonly Xp[]): (keyof AppCounts)[] {
  if (suspect.ownResultXp.length === 0) return [];
  if (near.length > 0) return ownLifts(suspect, near) ? ["ownBanked", "ownLifted"] : ["ownBanked"];
  if (!suspect.isQuiet) return [];
  return hasLowerOwnResult(suspect) ? ["ownQuiet", "ownOverpaid"] : ["ownQuiet"];
}

/** What one exercise says of how its app pays (docs/audit.md, "Calibration"). */
export function suspectCounters(suspect: EventSuspect, report: KnownReport, known: KnownReports): Counter[] {
  const app = suspect.app ?? "";
  const near = amountsOf(suspect.near);
  const counters: Counter[] = [[app, "seen", 0, 1]];
  const add = (kind: keyof AppCounts, formulas: FormulaSet) => void counters.push([app, kind, formulas, 1]);
  for (const kind of ownCounts(suspect, near)) add(kind, 0);
  if (!report.isInformative) return counters;
  const beside = known.explained(suspect, report, near);
  const [kind, beyond] = near.length > 0 ? (["banked", "lifted"] as const) : (["quiet", "overpaid"] as const);
  if (kind === "banked" || suspect.isQuiet) {
    add(kind, beside.formulas);
    if (beside.beyond !== 0) add(beyond, beside.beyond);
  }
  const all = suspect.late.length === 0 ? beside : known.explained(suspect, report, amountsOf(suspect.banks));
  add("all", all.formulas);
  return counters;
}

/** The multiples that a student's quiet events were paid (docs/audit.md, "What must also hold"). */
export const dayCounters = (suspects: readonly EventSuspect[], known: KnownReports): Counter[] =>
  multipleCounters(
    suspects
      .filter(({ isQuiet }) => isQuiet)
      .map((suspect) => ({
        app: suspect.app ?? "",
        day: suspect.exercise.event.day,
        multiples: known.of(suspect).multiples,
      })),
  );

const isZero = ({ attempt }: EventRecord | ResultRecord): boolean => attempt === 0;

/** Counts attempts numbered 0 in a student's events and in the results linked to them (docs/audit.md, "Attempts"). */
export function zeroCounters({ events, links }: StudentRecords): Counter[] {
  const counters: Counter[] = [];
  for (const event of events) {
    if (isZero(event)) counters.push([event.app, "zero-event", 0, 1]);
    const results = (links.get(event) ?? []).filter(isZero).length;
    if (results > 0) counters.push([event.app, "zero-result", 0, results]);
  }
  return counters;
}
