import { sql } from "kysely";
import { type AppCounts, noCounts } from "../../../domain/rules/calibrate.js";
import type { Calibration } from "../../../domain/rules/calibration.js";
import type { ZeroNumbering } from "../../../domain/rules/judging/exercises.js";
import type { Db } from "../../engine/session.js";
import { madeTable } from "../../engine/temp-table.js";

const countsText = ({ quiet, banked, all }: AppCounts): string => JSON.stringify([[...quiet], [...banked], [...all]]);

/** The calibrated apps: how they pay, their counts, and how they number attempts. */
export interface JudgedApps {
  calibrations: ReadonlyMap<string, Calibration>;
  counts: ReadonlyMap<string, AppCounts>;
  numbering: ZeroNumbering;
}

/** Calibration and counts of each app, as JSON; the app is null if it has no name. */
const appCalibrations = madeTable("calibrations", ["app", "body", "counts", "zero_in_events", "zero_in_results"]);

/** Creates `appCalibrations` with these rows; the app without a name is "" in the maps. */
export async function noteCalibrations(db: Db, { calibrations, counts, numbering }: JudgedApps): Promise<void> {
  const names = [...calibrations.keys()];
  const each = <T>(value: (app: string) => T): T[] => names.map(value);
  await appCalibrations
    .createFrom(sql`
    select app collate "C", body, counts, zero_in_events, zero_in_results
    from unnest(${each((app) => (app === "" ? null : app))}::text[], ${each((app) => JSON.stringify(calibrations.get(app)))}::text[],
      ${each((app) => countsText(counts.get(app) ?? noCounts()))}::text[], ${each((app) => numbering.inEvents.has(app))}::bool[],
      ${each((app) => numbering.inResults.has(app))}::bool[]) as known(app, body, counts, zero_in_events, zero_in_results)`)
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
      const [quiet, banked, all] = JSON.parse(counts) as [number, number][][];
      return [app ?? "", { quiet: new Map(quiet), banked: new Map(banked), all: new Map(all) }];
    }),
  );
}

/** The calibrations, by app name, unknown last. */
export async function listCalibrations(db: Db): Promise<Calibration[]> {
  const { rows } = await sql<{ body: string }>`
    select body from ${appCalibrations} order by app nulls last`.execute(db);
  return rows.map(({ body }) => JSON.parse(body) as Calibration);
}
