import { sql } from "kysely";
import { type AppCounts, noCounts } from "../../../domain/rules/calibrate.js";
import type { Calibration } from "../../../domain/rules/calibration.js";
import type { Db } from "../../engine/session.js";

const countsText = ({ quiet, banked, all }: AppCounts): string => JSON.stringify([[...quiet], [...banked], [...all]]);
/** Notes how the apps that were judged pay, by what their events say, in `pg_temp.calibrations`. */
export async function noteCalibrations(
  db: Db,
  calibrations: readonly Calibration[],
  counts: ReadonlyMap<string, AppCounts>,
): Promise<void> {
  const apps = calibrations.map(({ app }) => app);
  await sql`
    create temp table calibrations as
    select app collate "C", body, counts
    from unnest(${apps}::text[], ${calibrations.map((calibration) => JSON.stringify(calibration))}::text[],
      ${apps.map((app) => countsText(counts.get(app ?? "") ?? noCounts()))}::text[]) as known(app, body, counts)`.execute(
    db,
  );
}
/** What the events of the apps say that were judged, in C order of their names; the app without a name is "". */
export async function listAppCounts(db: Db): Promise<Map<string, AppCounts>> {
  const { rows } = await sql<{ app: string | null; counts: string }>`
    select app, counts from pg_temp.calibrations order by coalesce(app, '') collate "C"`.execute(db);
  return new Map(
    rows.map(({ app, counts }) => {
      const [quiet, banked, all] = JSON.parse(counts) as [number, number][][];
      return [app ?? "", { quiet: new Map(quiet), banked: new Map(banked), all: new Map(all) }];
    }),
  );
}
/** How the apps pay that were judged; by name, unknown last. */
export async function listCalibrations(db: Db): Promise<Calibration[]> {
  const { rows } = await sql<{ body: string }>`
    select body from pg_temp.calibrations order by app nulls last`.execute(db);
  return rows.map(({ body }) => JSON.parse(body) as Calibration);
}
