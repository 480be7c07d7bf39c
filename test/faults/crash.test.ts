import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../support/engines.js";
import { type Calm, disturbedRun, expectSameAfterRerun, pointName, undisturbed } from "./disturbed.js";
import { chance, points, record, spread } from "./form.js";
import type { Moment } from "./proxy.js";
import { lendCopy, type Stage, Stages } from "./stages.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const POOLS = ["4", "1"];

/** Kills at one moment, runs again, and compares. False: the run ended before that. */
const crash = (stage: Stage, calm: Calm, moment: Moment, pool: string): Promise<boolean> =>
  lendCopy(stage, async (database) => {
    const env = { TIMEBACK_POOL_MAX: pool };
    const { struck } = await disturbedRun({ stage, database, env }, moment, ({ link, kill }) => {
      kill();
      if (moment.when === "before") link.cut();
      return undefined;
    });
    await expectSameAfterRerun(stage, { database, calm, point: pointName(stage, moment, `kill -9, pool ${pool}`) });
    return struck;
  });

describe.skipIf(!hasPostgres)("kill -9 at a statement, then a rerun: nothing lost, nothing doubled", () => {
  let stages: Stages;
  beforeAll(async () => {
    stages = await Stages.open("postgres");
  });
  afterAll(() => stages.close());

  test.each(["migrate", "ingest", "etl", "fullEtl", "recompute", "repair"] as const)("%s", async (name) => {
    const stage = await stages[name]();
    const calm = await undisturbed(stage);
    const chosen = spread(calm.moments, points(2, 200), chance(`crash ${name}`));
    let struck = 0;
    for (const [n, moment] of chosen.entries())
      if (await crash(stage, calm, moment, POOLS[n % POOLS.length] ?? "4")) struck += 1;
    record(`kill -9: ${stage.name}`, { moments: calm.moments.length, points: chosen.length, struck });
    expect(struck).toBeGreaterThan(0);
  });
});
