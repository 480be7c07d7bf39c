import { type Counter, type CounterKind, Counters } from "../../domain/app-counters.js";
import type { AuditRules } from "../../domain/audit-rules.js";
import { type AppCounts, calibrate, isEnough, leavesOpen } from "../../domain/calibrate.js";
import type { Calibration } from "../../domain/calibration.js";
import { explainedBy, tells } from "../../domain/explained.js";
import { type Completion, type MultiplierTables, multiplierFromText } from "../../domain/own-xp.js";
import { xpFromText } from "../../domain/xp.js";
import {
  type EventReading,
  gatherBankedReadings,
  listBankedReadings,
  listReadings,
} from "../../store/bundle-readings.js";
import type { Session } from "../../store/session.js";
import { addExplained, type ExplainedReading } from "../../store/student-counters.js";
import type { Students } from "../../store/student-part.js";

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

const paidBy = (reading: EventReading, { multipliers }: AuditRules) => ({
  xp: xpFromText(reading.xp),
  completion: completionOf(reading, multipliers),
});

/** Whose events are counted, and whether what explains each reading is noted, for counts by student. */
export interface Counting {
  session: Session;
  rules: AuditRules;
  students: Students;
  notes: boolean;
}

/** The apps whose events are looked at beyond the quiet ones: with the XP banked near them, and later too. */
export interface AskedApps {
  banked: readonly string[];
  all: readonly string[];
}

const note = async ({ session, notes }: Counting, explained: readonly ExplainedReading[]): Promise<void> => {
  if (notes && explained.length > 0) await addExplained(session, explained);
};

async function countQuiet(counting: Counting): Promise<Counter[]> {
  const { session, rules, students } = counting;
  const counters: Counter[] = [];
  for await (const page of listReadings(session.db, students)) {
    counters.push(...page.map(({ app, events }): Counter => [app, "seen", 0, events]));
    const explained = page.flatMap((reading) => {
      const paid = paidBy(reading, rules);
      const { app, key, events } = reading;
      const formulas = reading.quiet && tells(paid) ? explainedBy(paid, []) : null;
      return formulas === null ? [] : [{ kind: "quiet" as const, app, reading: key, amounts: "", formulas, events }];
    });
    counters.push(...explained.map(({ app, kind, formulas, events }): Counter => [app, kind, formulas, events]));
    await note(counting, explained);
  }
  return counters;
}

async function countBanked(counting: Counting, kind: "banked" | "all", apps: readonly string[]): Promise<Counter[]> {
  const { session, rules, students } = counting;
  const counters: Counter[] = [];
  await gatherBankedReadings(session.db, { kind, apps, students }, rules);
  for await (const page of apps.length === 0 ? [] : listBankedReadings(session.db, kind)) {
    const explained = page.flatMap((reading) => {
      const paid = paidBy(reading, rules);
      if (!tells(paid)) return [];
      const { app, key, amounts, events } = reading;
      const formulas = explainedBy(paid, amounts.map(xpFromText));
      return [{ kind, app, reading: key, amounts: amounts.join(" "), formulas, events }];
    });
    counters.push(...explained.map(({ app, formulas, events }): Counter => [app, kind, formulas, events]));
    await note(counting, explained);
  }
  return counters;
}

/** Counts what the events in question say, of which apps beyond the quiet ones as the quiet ones make `ask` want. */
export async function countEvents(counting: Counting, ask: (quiet: Counters) => AskedApps): Promise<Counters> {
  const counters = new Counters().add(await countQuiet(counting));
  const { banked, all } = ask(counters);
  return counters.add(await countBanked(counting, "banked", banked)).add(await countBanked(counting, "all", all));
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
