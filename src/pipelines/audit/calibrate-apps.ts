import type { AuditRules } from "../../domain/audit-rules.js";
import { type AppCounts, CountsByApp, calibrate, count, isEnough, leavesOpen } from "../../domain/calibrate.js";
import type { Calibration } from "../../domain/calibration.js";
import { explainedBy, tells } from "../../domain/explained.js";
import { type Completion, type MultiplierTables, multiplierFromText } from "../../domain/own-xp.js";
import { xpFromText } from "../../domain/xp.js";
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

const paidBy = (reading: EventReading, { multipliers }: AuditRules) => ({
  xp: xpFromText(reading.xp),
  completion: completionOf(reading, multipliers),
});

async function countQuiet(db: Db, apps: CountsByApp, rules: AuditRules): Promise<void> {
  for await (const page of listReadings(db))
    for (const reading of page) {
      const { quiet } = apps.of(reading.app);
      const paid = paidBy(reading, rules);
      if (reading.quiet && tells(paid)) count(quiet, explainedBy(paid, []), reading.events);
    }
}

async function countBanked(
  db: Db,
  apps: CountsByApp,
  rules: AuditRules,
  { which, counts }: { which: readonly string[]; counts: "banked" | "all" },
): Promise<void> {
  for await (const page of listBankedReadings(db, which, counts === "all", rules))
    for (const reading of page) {
      const paid = paidBy(reading, rules);
      if (!tells(paid)) continue;
      count(apps.of(reading.app)[counts], explainedBy(paid, reading.amounts.map(xpFromText)), reading.events);
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
