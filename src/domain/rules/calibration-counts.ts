import { type AppCounts, CountsByApp, calibrate, count, type FormulaSet, isEnough, isUndecided } from "./calibrate.js";
import type { Calibration } from "./calibration.js";
import type { ZeroNumbering } from "./judging/exercises.js";

/**
 * Kinds of counts: all events of an app (`seen`), attempts numbered 0 in events and in results, and events by the exact set of
 * formulas that explains them, as in `AppCounts`.
 */
export type CounterKind = "seen" | "zero-event" | "zero-result" | keyof AppCounts;

/** Number of events of one app and kind; formulas are 0 if the kind has none. */
export type Counter = readonly [app: string, kind: CounterKind, formulas: FormulaSet, events: number];

const BETWEEN = "\0"; // never in an app's name

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
      if (kind === "zero-event" || kind === "zero-result") continue;
      const counts = apps.of(app);
      if (kind !== "seen" && wanted(kind, app)) count(counts[kind], formulas, events);
    }
    return apps;
  }
}

/** The apps whose quiet events do not decide alone: too few, or undecided. docs/audit.md, "Calibration". */
function appsInDoubt(counters: Counters): { few: ReadonlySet<string>; open: ReadonlySet<string> } {
  const quiet = [...counters.counts((kind) => kind === "quiet")];
  const few = new Set(quiet.filter(([, counts]) => !isEnough(counts.quiet)).map(([app]) => app));
  const open = new Set(quiet.filter(([app, counts]) => !few.has(app) && isUndecided(counts)).map(([app]) => app));
  return { few, open };
}

/** The counts from which each app is calibrated (docs/audit.md, "Calibration"); the app without a name is "". */
export function appCounts(counters: Counters): ReadonlyMap<string, AppCounts> {
  const { few, open } = appsInDoubt(counters);
  return counters.counts((kind, app) => kind === "quiet" || few.has(app) || (kind === "banked" && open.has(app)));
}

/** The apps that number attempts from 0 (docs/audit.md, "Attempts"). */
export const zeroNumbering = (counters: Counters): ZeroNumbering => ({
  inEvents: counters.apps("zero-event"),
  inResults: counters.apps("zero-result"),
});

/** Calibrates each app by its counts; the app without a name is "". */
export const calibrated = (apps: ReadonlyMap<string, AppCounts>): Map<string, Calibration> =>
  new Map([...apps].map(([app, counts]) => [app, calibrate(app === "" ? null : app, counts)]));
