import type { Xp } from "../../values/xp.js";
import { isInnocentAnyhow } from "../bundling.js";
import type { FormulaSet } from "../calibrate.js";
import type { Counter } from "../calibration-counts.js";
import { explainedBy, tells } from "../explaining-formulas.js";
import type { EventRecord, ResultRecord, StudentRecords } from "./records.js";
import { reportText } from "./reports.js";
import type { EventSuspect } from "./suspects.js";

/** What can be said of every event with one report. */
export interface KnownReport {
  text: string;
  /** Whether such an event is innocent however its app pays. */
  isInnocentAnyhow: boolean;
  /** Whether such an event says anything of how its app pays. */
  tells: boolean;
}

const MOST_REMEMBERED = 20_000;

/** Remembers what can be said of reports and of their sums with banked XP: the events of a school repeat each other. */
export class KnownReports {
  readonly #reports = new Map<string, KnownReport>();
  readonly #formulas = new Map<string, FormulaSet>();

  of(suspect: EventSuspect): KnownReport {
    const text = reportText(suspect);
    const known = this.#reports.get(text);
    if (known !== undefined) return known;
    if (this.#reports.size >= MOST_REMEMBERED) this.#reports.clear();
    const report = { text, isInnocentAnyhow: isInnocentAnyhow(suspect), tells: tells(suspect) };
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

/** What one exercise says of how its app pays (docs/audit.md, "Calibration"). */
export function suspectCounters(suspect: EventSuspect, report: KnownReport, known: KnownReports): Counter[] {
  const app = suspect.app ?? "";
  if (!report.tells) return [[app, "seen", 0, 1]];
  const near = amountsOf(suspect.near);
  const beside = known.formulas(suspect, report, near);
  const all = suspect.late.length === 0 ? beside : known.formulas(suspect, report, amountsOf(suspect.banks));
  return [
    [app, "seen", 0, 1],
    [app, near.length === 0 ? "quiet" : "banked", beside, 1],
    [app, "all", all, 1],
  ];
}

const isZero = ({ attempt }: EventRecord | ResultRecord): boolean => attempt === 0;

/** The attempts 0 that a student's events, and the results that link to them, report (docs/audit.md, "Attempts"). */
export function zeroCounters({ events, links }: StudentRecords): Counter[] {
  const counters: Counter[] = [];
  for (const event of events) {
    if (isZero(event)) counters.push([event.app, "zero-event", 0, 1]);
    const results = (links.get(event) ?? []).filter(isZero).length;
    if (results > 0) counters.push([event.app, "zero-result", 0, results]);
  }
  return counters;
}
