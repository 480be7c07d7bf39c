import { type AppCounts, CountsByApp, count, type FormulaSet } from "./calibrate.js";

/**
 * What is counted: events of each app at all (`seen`), its attempts 0 in events and in results, and the events that
 * exactly these formulas explain, as `AppCounts` has them.
 */
export type CounterKind = "seen" | "zero-event" | "zero-result" | keyof AppCounts;

/** Number of events of one app and kind; 0 stands for the formulas where the kind knows none. */
export type Counter = readonly [app: string, kind: CounterKind, formulas: FormulaSet, events: number];

/** Sums of counters: what some students say is taken away from and added to what all say, in any order. */
export class Counters {
  readonly #events = new Map<string, number>();

  /** Adds these counters, or with -1 takes them away. */
  add(counters: Iterable<Counter>, sign: 1 | -1 = 1): this {
    for (const [app, kind, formulas, events] of counters) {
      const key = JSON.stringify([app, kind, formulas]);
      this.#events.set(key, (this.#events.get(key) ?? 0) + sign * events);
    }
    return this;
  }

  /** The sums that are not 0, in the order of their names. */
  list(): Counter[] {
    return [...this.#events]
      .filter(([, events]) => events !== 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, events]) => [...(JSON.parse(key) as [string, CounterKind, FormulaSet]), events] as const);
  }

  /** The apps that have events of this kind. */
  apps(kind: CounterKind): Set<string> {
    return new Set(this.list().flatMap(([app, of]) => (of === kind ? [app] : [])));
  }

  /** What the apps' events say, of the kinds that `wanted` asks for. */
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
