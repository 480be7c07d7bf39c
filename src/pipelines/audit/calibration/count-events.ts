import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import { type Counter, Counters } from "../../../domain/rules/calibration-counts.js";
import { explainedBy, tells } from "../../../domain/rules/explaining-formulas.js";
import { xpFromText } from "../../../domain/values/xp.js";
import {
  type EventReading,
  gatherBankedReadings,
  listBankedReadings,
  listReadings,
} from "../../../store/audit/bundling/event-signatures.js";
import { freshCounts } from "../../../store/audit/calibration/cache.js";
import {
  addExplained,
  type ExplainedReading,
  gatherStudentCounters,
  openExplained,
} from "../../../store/audit/calibration/count-by-student.js";
import type { AuditPart } from "../checks/check.js";
import { type AskedApps, completionOf } from "./app-counts.js";

/** By which rules events are counted, and whether what explains each reading is noted, for counts by student. */
interface Counting {
  rules: AuditRules;
  notes: boolean;
}

const paidBy = (reading: EventReading, { multipliers }: AuditRules) => ({
  xp: xpFromText(reading.xp),
  completion: completionOf(reading, multipliers),
});

const note = async ({ notes }: Counting, { session }: AuditPart, explained: readonly ExplainedReading[]) => {
  if (notes && explained.length > 0) await addExplained(session, explained);
};

async function countQuiet(counting: Counting, part: AuditPart, counters: Counters): Promise<void> {
  if (counting.notes) await openExplained(part.session.db);
  for await (const page of listReadings(part.session.db, part.students)) {
    counters.add(page.map(({ app, events }): Counter => [app, "seen", 0, events]));
    const explained = page.flatMap((reading) => {
      const paid = paidBy(reading, counting.rules);
      const { app, key, events } = reading;
      if (!reading.quiet || !tells(paid)) return [];
      return [{ kind: "quiet" as const, app, reading: key, amounts: "", formulas: explainedBy(paid, []), events }];
    });
    counters.add(explained.map(({ app, kind, formulas, events }): Counter => [app, kind, formulas, events]));
    await note(counting, part, explained);
  }
}

async function countBanked(
  counting: Counting,
  part: AuditPart,
  { kind, apps }: { kind: "banked" | "all"; apps: readonly string[] },
  counters: Counters,
): Promise<void> {
  const { session, students } = part;
  await gatherBankedReadings(session.db, { kind, apps, students }, counting.rules);
  for await (const page of apps.length === 0 ? [] : listBankedReadings(session.db, kind)) {
    const explained = page.flatMap((reading) => {
      const paid = paidBy(reading, counting.rules);
      if (!tells(paid)) return [];
      const { app, key, amounts, events } = reading;
      const formulas = explainedBy(paid, amounts.map(xpFromText));
      return [{ kind, app, reading: key, amounts: amounts.join(" "), formulas, events }];
    });
    counters.add(explained.map(({ app, formulas, events }): Counter => [app, kind, formulas, events]));
    await note(counting, part, explained);
  }
}

/**
 * Counts what the events of these parts say; beyond the quiet ones, those of the apps for which the quiet ones make `ask`
 * want it. Where it `notes`, each session has the counts of its students in `pg_temp.fresh_counts`.
 */
export async function countEvents(
  counting: Counting,
  parts: readonly AuditPart[],
  ask: (quiet: Counters) => AskedApps,
): Promise<Counters> {
  const counters = new Counters();
  await Promise.all(parts.map((part) => countQuiet(counting, part, counters)));
  const { banked, all } = ask(counters);
  await Promise.all(
    parts.map(async (part) => {
      await countBanked(counting, part, { kind: "banked", apps: banked }, counters);
      await countBanked(counting, part, { kind: "all", apps: all }, counters);
      if (counting.notes) await countByStudent(part);
    }),
  );
  return counters;
}

async function countByStudent({ session: { db }, students }: AuditPart): Promise<void> {
  await gatherStudentCounters(db, students);
  await freshCounts(db, students);
}
