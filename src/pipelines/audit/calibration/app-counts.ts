import { type AppCounts, calibrate, isEnough, leavesOpen } from "../../../domain/rules/calibrate.js";
import type { Calibration } from "../../../domain/rules/calibration.js";
import type { CounterKind, Counters } from "../../../domain/rules/calibration-counts.js";
import { type Completion, type MultiplierTables, multiplierFromText } from "../../../domain/rules/own-xp.js";
import { xpFromText } from "../../../domain/values/xp.js";
import type { EventReading } from "../../../store/audit/bundling/event-signatures.js";

/** What a reading says of the completed activity. */
export const completionOf = (
  { base, band, attempt, multiplier }: Pick<EventReading, "base" | "band" | "attempt" | "multiplier">,
  tables: MultiplierTables,
): Completion => ({
  base: base === null ? null : xpFromText(base),
  band,
  attempt,
  multiplier: multiplier === null ? null : multiplierFromText(multiplier),
  tables,
});

/** The apps whose events are looked at beyond the quiet ones: with the XP banked near them, and later too. */
export interface AskedApps {
  banked: readonly string[];
  all: readonly string[];
}

/**
 * The apps whose quiet events do not decide alone: few of them, or leaving something open. docs/audit.md,
 * "Calibration".
 */
export function appsInDoubt(counters: Counters): AskedApps {
  const quiet = [...counters.counts((kind) => kind === "quiet")];
  const few = quiet.filter(([, counts]) => !isEnough(counts.quiet)).map(([app]) => app);
  const open = quiet.filter(([app, counts]) => !few.includes(app) && leavesOpen(counts)).map(([app]) => app);
  return { banked: [...few, ...open], all: few };
}

/** What all events of each app say about how it pays (docs/audit.md, "Calibration"); the app without a name is "". */
export function appCounts(counters: Counters): ReadonlyMap<string, AppCounts> {
  const { banked, all } = appsInDoubt(counters);
  const wanted = { quiet: null, banked: new Set(banked), all: new Set(all) };
  return counters.counts((kind, app) => wanted[kind]?.has(app) ?? true);
}

const ZERO: Record<"inEvents" | "inResults", CounterKind> = { inEvents: "zero-event", inResults: "zero-result" };

/** The apps that number attempts from 0 (docs/audit.md, "Attempts"). */
export const zeroNumbering = (counters: Counters) => ({
  inEvents: counters.apps(ZERO.inEvents),
  inResults: counters.apps(ZERO.inResults),
});

/** How apps pay by such counts; the app without a name is "". */
export const calibrated = (apps: ReadonlyMap<string, AppCounts>): Map<string, Calibration> =>
  new Map([...apps].map(([app, counts]) => [app, calibrate(app === "" ? null : app, counts)]));
