import { sql } from "kysely";
import { type AppCounts, appCountsOf, COUNT_KINDS, noCounts } from "../../../domain/rules/calibrate.js";
import type { Calibration } from "../../../domain/rules/calibration.js";
import type { DayMultiples, PaidStudents } from "../../../domain/rules/day-multiples.js";
import type { ZeroNumbering } from "../../../domain/rules/judging/exercises.js";
import type { Db } from "../../engine/session.js";
import { madeTable } from "../../engine/temp-table.js";

const countsText = (counts: AppCounts): string => JSON.stringify(COUNT_KINDS.map((kind) => [...counts[kind]]));

/** The calibrated apps: how they pay, their counts, and how they number attempts. */
export interface JudgedApps {
  calibrations: ReadonlyMap<string, Calibration>;
  counts: ReadonlyMap<string, AppCounts>;
  numbering: ZeroNumbering;
  multiples: DayMultiples;
}

/** How each app that was judged pays, with its counts, as JSON; null for the app without a name. */
const appCalibrations = madeTable("calibrations", [
  "app",
  "body",
  "counts",
  "zero_in_events",
  "zero_in_results",
  "multiples",
]);

/** Creates `appCalibrations` with these; the app without a name is "" in the maps. */
export async function noteCalibrations(
  db: Db,
  { calibrations, counts, numbering, multiples }: JudgedApps,
): Promise<void> {
  const names = [...calibrations.keys()];
  const each = <T>(value: (app: string) => T): T[] => names.map(value);
  await appCalibrations
    .createFrom(sql`
    select app collate "C", body, counts, zero_in_events, zero_in_results, multiples
    from unnest(${each((app) => (app === "" ? null : app))}::text[], ${each((app) => JSON.stringify(calibrations.get(app)))}::text[],
      ${each((app) => countsText(counts.get(app) ?? noCounts()))}::text[], ${each((app) => numbering.inEvents.has(app))}::bool[],
      ${each((app) => numbering.inResults.has(app))}::bool[],
      ${each((app) => JSON.stringify(multiples.paid.filter(([of]) => of === app)))}::text[])
      as known(app, body, counts, zero_in_events, zero_in_results, multiples)`)
    .execute(db);
}

/** How the calibrated apps number attempts. */
export async function listNumbering(db: Db): Promise<ZeroNumbering> {
  const { rows } = await sql<{ app: string; events: boolean; results: boolean }>`
    select coalesce(app, '') as app, zero_in_events as events, zero_in_results as results from ${appCalibrations}`.execute(
    db,
  );
  const named = (key: "events" | "results") => new Set(rows.filter((row) => row[key]).map(({ app }) => app));
  return { inEvents: named("events"), inResults: named("results") };
}

/** The counts of the calibrated apps, in C order of their names; the app without a name is "". */
export async function listAppCounts(db: Db): Promise<Map<string, AppCounts>> {
  const { rows } = await sql<{ app: string | null; counts: string }>`
    select app, counts from ${appCalibrations} order by coalesce(app, '') collate "C"`.execute(db);
  return new Map(
    rows.map(({ app, counts }) => {
      const lists = JSON.parse(counts) as [number, number][][];
      return [app ?? "", appCountsOf((kind) => lists[COUNT_KINDS.indexOf(kind)] ?? [])];
    }),
  );
}

/** The multiples that the apps that were judged paid their students. */
export async function listMultiples(db: Db): Promise<PaidStudents[]> {
  const { rows } = await sql<{ multiples: string }>`
    select multiples from ${appCalibrations} order by coalesce(app, '') collate "C"`.execute(db);
  return rows.flatMap(({ multiples }) => JSON.parse(multiples) as PaidStudents[]);
}

/** How the apps that were judged pay, by name, unknown last. */
export async function listCalibrations(db: Db): Promise<Calibration[]> {
  const { rows } = await sql<{ body: string }>`
    select body from ${appCalibrations} order by app nulls last`.execute(db);
  return rows.map(({ body }) => JSON.parse(body) as Calibration);
}
