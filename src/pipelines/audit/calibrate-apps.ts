import type { AuditRules } from "../../domain/audit-rules.js";
import type { AppCounts } from "../../domain/calibrate.js";
import { calibrate, count, type FormulaSet, formulasThat, isEnough, keptBy, noCounts } from "../../domain/calibrate.js";
import type { Calibration } from "../../domain/calibration.js";
import { type Completion, type MultiplierTables, multiplierFromText } from "../../domain/own-xp.js";
import { subsetsOf } from "../../domain/subset-sums.js";
import { type Xp, xpFromText } from "../../domain/xp.js";
import { type EventReading, listBankedReadings, listReadings } from "../../store/bundle-readings.js";
import type { Session } from "../../store/session.js";

type Db = Session["db"];

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

/** The formulas that explain an event alone, or with some of these bank writes. */
function explained(reading: EventReading, tables: MultiplierTables, banks: readonly Xp[]): FormulaSet {
  const xp = xpFromText(reading.xp);
  return formulasThat(
    completionOf(reading, tables),
    (own) => own === xp || (banks.length > 0 && subsetsOf(banks, xp - own, 1).first.length > 0),
  );
}

/** An event of 0 that every formula pays 0 for tells nothing; neither does one whose base is not known. */
const tells =
  (tables: MultiplierTables) =>
  (reading: EventReading): boolean =>
    reading.base !== null &&
    (reading.xp !== "0" || formulasThat(completionOf(reading, tables), (own) => own > 0n) !== 0);

/** Whether the quiet events of an app leave something to its other events to decide. */
const leavesOpen = (counts: AppCounts): boolean => {
  const { roundings, tables } = keptBy(counts);
  return roundings.length > 1 || tables.length > 1;
};

/** Counts by app; the app without a name is "". */
class CountsByApp extends Map<string, AppCounts> {
  of(app: string): AppCounts {
    const counts = this.get(app) ?? noCounts();
    this.set(app, counts);
    return counts;
  }
}

async function countQuiet(db: Db, apps: CountsByApp, { multipliers }: AuditRules): Promise<void> {
  for await (const page of listReadings(db))
    for (const reading of page) {
      const { quiet } = apps.of(reading.app);
      if (reading.quiet && tells(multipliers)(reading))
        count(quiet, explained(reading, multipliers, []), reading.events);
    }
}

async function countBanked(
  db: Db,
  apps: CountsByApp,
  rules: AuditRules,
  { which, counts }: { which: readonly string[]; counts: "banked" | "all" },
): Promise<void> {
  const { multipliers } = rules;
  for await (const page of listBankedReadings(db, which, counts === "all", rules))
    for (const reading of page.filter(tells(multipliers))) {
      const explains = explained(reading, multipliers, reading.amounts.map(xpFromText));
      count(apps.of(reading.app)[counts], explains, reading.events);
    }
}

/** What all events of each app say about how it pays (docs/audit.md, "Calibration"); the app without a name is "". */
export async function countApps(db: Db, rules: AuditRules): Promise<ReadonlyMap<string, AppCounts>> {
  const apps = new CountsByApp();
  await countQuiet(db, apps, rules);
  const few = [...apps].filter(([, { quiet }]) => !isEnough(quiet)).map(([app]) => app);
  const open = [...apps].filter(([app, counts]) => !few.includes(app) && leavesOpen(counts)).map(([app]) => app);
  await countBanked(db, apps, rules, { which: [...few, ...open], counts: "banked" });
  await countBanked(db, apps, rules, { which: few, counts: "all" });
  return apps;
}

/** How apps pay by such counts; the app without a name is "". */
export const calibrated = (apps: ReadonlyMap<string, AppCounts>): Map<string, Calibration> =>
  new Map([...apps].map(([app, counts]) => [app, calibrate(app === "" ? null : app, counts)]));
