import { type AppCounts, COUNT_KINDS, CountsByApp, calibrate, count, type FormulaSet, isEnough } from "./calibrate.js";
import type { Calibration } from "./calibration.js";
import type { ZeroNumbering } from "./judging/exercises.js";

/** Counts students whom an app paid a multiple on a day: the multiple in ten-thousandths, the day as `YYYY-MM-DD`. */
export type MultipleKind = `multiple ${string} ${string}`;

/**
 * What is counted: events of each app at all (`seen`), its attempts 0 in events and in results, students whom it paid a
 * multiple on a day, and events by formulas, as `AppCounts` has them.
 */
export type CounterKind = "seen" | "zero-event" | "zero-result" | MultipleKind | keyof AppCounts;

/** Number of events of one app and kind; formulas are 0 if the kind has none. */
export type Counter = readonly [app: string, kind: CounterKind, formulas: FormulaSet, events: number];

const COUNTS: ReadonlySet<string> = new Set(COUNT_KINDS);
const isCount = (kind: CounterKind): kind is keyof AppCounts => COUNTS.has(kind);

const BETWEEN = "\0"; // in no name of an app

const keyOf = ([app, kind, formulas]: Counter): string => `${app}${BETWEEN}${kind}${BETWEEN}${formulas}`;

function counterOf(key: string, events: number): Counter {
  const [app = "", kind = "", formulas = "0"] = key.split(BETWEEN);
  return [app, kind as CounterKind, Number(formulas), events];
}

/** Sums of counters; counters of single students can be added and subtracted in any order. */
export class Counters {
  readonly #events = new Map<string, number>();

  /** Adds these counters, or subtracts them. */
  add(counters: Iterable<Counter>, sign: 1 | -1 = 1): this {
    for (const counter of counters) {
      const key = keyOf(counter);
      this.#events.set(key, (this.#events.get(key) ?? 0) + sign * counter[3]);
    }
    return this;
  }

  /** The nonzero sums, by name. */
  list(): Counter[] {
    return [...this.#events]
      .filter(([, events]) => events !== 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, events]) => counterOf(key, events));
  }

  /** The apps that have events of this kind. */
  apps(kind: CounterKind): Set<string> {
    return new Set(this.list().flatMap(([app, of]) => (of === kind ? [app] : [])));
  }

  /** Counts of the apps, of the kinds for which `wanted` is true. */
  counts(wanted: (kind: keyof AppCounts, app: string) => boolean): CountsByApp {
    const apps = new CountsByApp();
    for (const [app, kind, formulas, events] of this.list()) {
      if (kind === "seen") apps.of(app);
      else if (isCount(kind) && wanted(kind, app)) count(apps.of(app)[kind], formulas, events);
    }
    return apps;
  }
}

/**
 * What the events of each app say that decides how it pays (docs/audit.md, "Calibration"); the app without a name is "". All
 * of its events are asked only where few are quiet.
 */
export function appCounts(counters: Counters): ReadonlyMap<string, AppCounts> {
  const quiet = [...counters.counts((kind) => kind === "quiet")];
  const few = new Set(quiet.filter(([, counts]) => !isEnough(counts.quiet)).map(([app]) => app));
  return counters.counts((kind, app) => kind !== "all" || few.has(app));
}

/** The apps that number attempts from 0 (docs/audit.md, "Attempts"). */
export const zeroNumbering = (counters: Counters): ZeroNumbering => ({
  inEvents: counters.apps("zero-event"),
  inResults: counters.apps("zero-result"),
});

/** Calibrates each app by its counts; the app without a name is "". */
export const calibrated = (apps: ReadonlyMap<string, AppCounts>): Map<string, Calibration> =>
  new Map([...apps].map(([app, counts]) => [app, calibrate(app === "" ? null : app, counts)]));
