import type { Xp } from "../../values/xp.js";
import { isAlwaysInnocent } from "../bundling.js";
import type { FormulaSet } from "../calibrate.js";
import type { Counter } from "../calibration-counts.js";
import { explainedBy, isInformative } from "../explaining-formulas.js";
import type { EventRecord, ResultRecord, StudentRecords } from "./records.js";
import { reportText } from "./reports.js";
import type { EventSuspect } from "./suspects.js";

/** What holds for every event with one report. */
export interface KnownReport {
  text: string;
  /** Whether such an event is innocent under every calibration. */
  isAlwaysInnocent: boolean;
  /** Whether such an event says anything about how its app pays. */
  isInformative: boolean;
}

const MOST_REMEMBERED = 20_000;

/** Caches what holds for reports and for their sums with banked XP: a school's events repeat each other. */
export class KnownReports {
  readonly #reports = new Map<string, KnownReport>();
  readonly #formulas = new Map<string, FormulaSet>();

  of(suspect: EventSuspect): KnownReport {
    const text = reportText(suspect);
    const known = this.#reports.get(text);
    if (known !== undefined) return known;
    if (this.#reports.size >= MOST_REMEMBERED) this.#reports.clear();
    const report = { text, isAlwaysInnocent: isAlwaysInnocent(suspect), isInformative: isInformative(suspect) };
    this.#reports.set(text, report);
    return report;
  }

  /** The formulas that explain the suspect's XP alone or with some of these amounts. */
  formulas(suspect: EventSuspect, { text }: KnownReport, amounts: readonly Xp[]): FormulaSet {
    const key = amounts.length === 0 ? text : `${text} ${amounts.join(" ")}`;
    const known = this.#formulas.get(key);
    if (known !== undefined) return known;
    if (this.#formulas.size >= MOST_REMEMBERED) this.#formulas.clear();
    const formulas = explainedBy(suspect, amounts);
    this.#formulas.set(key, formulas);
    return formulas;
  }
}

const amountsOf = (banks: EventSuspect["near"]): Xp[] => banks.map(({ xp }) => xp);

/** One exercise's contribution to its app's calibration (docs/audit.md, "Calibration"). */
export function suspectCounters(suspect: EventSuspect, report: KnownReport, known: KnownReports): Counter[] {
  const app = suspect.app ?? "";
  if (!report.isInformative) return [[app, "seen", 0, 1]];
  const near = amountsOf(suspect.near);
  const explained = known.formulas(suspect, report, near);
  const all = suspect.late.length === 0 ? explained : known.formulas(suspect, report, amountsOf(suspect.banks));
  return [
    [app, "seen", 0, 1],
    [app, near.length === 0 ? "quiet" : "banked", explained, 1],
    [app, "all", all, 1],
  ];
}

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
