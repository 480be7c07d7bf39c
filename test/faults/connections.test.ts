import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyOf, databaseAt, engines, type FreshDatabase } from "../support/engines.js";
import {
  type Calm,
  type Disturbance,
  disturbedRun,
  expectDoneOrExplained,
  expectSameAfterRerun,
  pointName,
  type Side,
  undisturbed,
} from "./disturbed.js";
import { chance, points, record, some, spread } from "./form.js";
import type { Moment } from "./proxy.js";
import { lendCopy, type Stage, Stages } from "./stages.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);

/** Ends every connection of the program, from the server's side. */
const terminate = (database: FreshDatabase) =>
  database.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'timeback %'",
  );

const FAULTS: [string, (database: FreshDatabase) => Disturbance][] = [
  [
    "one connection cut",
    () =>
      ({ link }) =>
        void link.cut() as undefined,
  ],
  [
    "all connections cut",
    () =>
      ({ proxy }) =>
        void proxy.cutAll() as undefined,
  ],
  ["backends terminated", (database) => async () => void (await terminate(database)) as undefined],
];

interface Tally {
  points: number;
  struck: number;
  /** How often the run could not be done (exit 3). */
  refused: number;
}

/** Disturbs the stage once at each moment; afterwards a rerun must come to what an undisturbed run comes to. */
async function disturbEach(
  stage: Stage,
  calm: Calm,
  moments: readonly Moment[],
  side: Side = "DATABASE_URL",
): Promise<Tally> {
  const tally = { points: moments.length, struck: 0, refused: 0 };
  for (const [n, moment] of moments.entries())
    await lendCopy(stage, async (database) => {
      const [name, fault] = FAULTS[n % FAULTS.length] as (typeof FAULTS)[number];
      const point = pointName(stage, moment, name);
      const at = side === "DATABASE_URL" ? database : databaseAt(stage.env[side] ?? "");
      const { run, struck } = await disturbedRun({ stage, database, side }, moment, fault(at));
      expectDoneOrExplained(run, point);
      tally.struck += Number(struck);
      tally.refused += Number(run.code === 3);
      await expectSameAfterRerun(stage, { database, calm, point });
    });
  return tally;
}

describe.skipIf(!hasPostgres)("connections that are lost", () => {
  let stages: Stages;
  beforeAll(async () => {
    stages = await Stages.open("postgres");
  });
  afterAll(() => stages.close());

  test.each(
    some<"migrate" | "ingest" | "etl" | "recompute" | "repair">(["ingest"], ["migrate", "etl", "recompute", "repair"]),
  )("%s", async (name) => {
    const stage = await stages[name]();
    const calm = await undisturbed(stage);
    const random = chance(`connections ${name}`);
    const atCommit = await disturbEach(stage, calm, spread(calm.commits, points(2, 50), random));
    const anywhere = await disturbEach(stage, calm, spread(calm.moments, points(3, 100), random));
    record(`connection lost around COMMIT: ${stage.name}`, { moments: calm.commits.length, ...atCommit });
    record(`connection lost: ${stage.name}`, { moments: calm.moments.length, ...anywhere });
    expect(atCommit.struck + anywhere.struck).toBeGreaterThan(0);
  });

  test("to the source of an ETL", async () => {
    const side = "ONEROSTER_DATABASE_URL";
    const stage = await stages.fullEtl();
    const calm = await undisturbed(stage, side);
    const moments = spread(calm.moments, points(3, 100), chance("source"));
    const tally = await disturbEach(stage, calm, moments, side);
    record(`connection to the source lost: ${stage.name}`, { moments: calm.moments.length, ...tally });
    expect(tally.struck).toBeGreaterThan(0);
  });

  test("of commands that read", async () => {
    const { before } = await stages.repair();
    const database = await copyOf(before, "reading");
    const tally: Tally = { points: 0, struck: 0, refused: 0 };
    try {
      for (const args of [
        ["report"],
        ["facts"],
        ["audit"],
        ["rejects", "list"],
        ["recompute", "--dry-run"],
        ["repair"],
      ]) {
        const stage: Stage = { name: args.join(" "), command: args.join(" "), args: [...args, "-q"], before, env: {} };
        for (const moment of spread((await undisturbed(stage)).moments, points(1, 60), chance(`read ${args}`))) {
          tally.points += 1;
          const [name, fault] = FAULTS[tally.points % FAULTS.length] as (typeof FAULTS)[number];
          const { run, struck } = await disturbedRun({ stage, database }, moment, fault(database));
          expectDoneOrExplained(run, pointName(stage, moment, name));
          tally.struck += Number(struck);
          tally.refused += Number(run.code === 3);
        }
      }
    } finally {
      await database.close();
    }
    record("connection lost: commands that read", { ...tally });
  });
});
