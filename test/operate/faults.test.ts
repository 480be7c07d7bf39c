import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Calm,
  disturbedRun,
  expectDoneOrExplained,
  expectSameAfterRerun,
  undisturbed,
} from "../faults/disturbed.js";
import { chance, spread } from "../faults/form.js";
import { crash, refusedOnce } from "../faults/points.js";
import type { Moment } from "../faults/proxy.js";
import { lendCopy, type Stage, Stages } from "../faults/stages.js";
import { stateOf } from "../faults/state.js";
import { engines } from "../support/engines.js";
import { spawned as timeback } from "../support/timeback.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);

// A few points of each fault; many of them, and more faults: npm run test:faults, docs/RELIABILITY.md.
describe.skipIf(!hasPostgres)("a run that is disturbed, and then run again: nothing lost, nothing doubled", () => {
  let stages: Stages;
  let ingest: Stage;
  let calm: Calm;
  beforeAll(async () => {
    stages = await Stages.open("postgres");
    ingest = await stages.ingest();
    calm = await undisturbed(ingest);
  });
  afterAll(() => stages.close());

  /** Not at the very end: with one connection a run says less. */
  const anywhere = (name: string, moments: readonly Moment[], wanted: number): Moment[] =>
    spread(moments.slice(0, Math.ceil(moments.length * 0.8)), wanted, chance(name));

  test("kill -9 of an ingest", async () => {
    for (const [n, moment] of anywhere("ingest", calm.moments, 3).entries())
      expect(await crash(ingest, calm, moment, n)).toBe(true);
  });

  test.each(["migrate", "etl", "recompute", "repair"] as const)("kill -9: %s", async (name) => {
    const stage = await stages[name]();
    const goal = await undisturbed(stage);
    for (const moment of anywhere(name, goal.moments, 1)) expect(await crash(stage, goal, moment, 0)).toBe(true);
  });

  test("a connection that is lost after COMMIT was sent, before its answer", async () => {
    await lendCopy(ingest, async (database) => {
      const moment: Moment = { nth: 1, of: "commit", when: "answered" };
      const { run } = await disturbedRun({ stage: ingest, database }, moment, ({ link }) => {
        link.cut();
        return undefined;
      });
      expectDoneOrExplained(run, "cut during COMMIT");
      expect(run.code).toBe(3);
      await expectSameAfterRerun(ingest, { database, calm, point: "cut during COMMIT" });
    });
  });

  test("a deadlock: the chunk, and the one that is under way after it, are made again in the same run", async () => {
    const commits = calm.commits.filter(({ when }) => when === "before");
    for (const [n, moment] of anywhere("deadlock", commits, 2).entries()) await refusedOnce(ingest, calm, moment, n);
  });

  test("SIGTERM: the chunk is finished or rolled back", async () => {
    await lendCopy(ingest, async (database) => {
      const moment: Moment = { nth: 1, of: "copy data", when: "before" };
      const env = { TIMEBACK_POOL_MAX: "1" }; // else the other chunk has begun as well
      const { run } = await disturbedRun({ stage: ingest, database, env }, moment, ({ kill }) => {
        kill("SIGTERM");
        return undefined;
      });
      expect(run).toMatchObject({ code: 143, signal: null, stdout: "" });
      expect(run.stderr).toMatch(/^timeback: stopped by SIGTERM; what was committed is kept, a rerun continues\n$/);
      await expectSameAfterRerun(ingest, { database, calm, point: "SIGTERM" });
    });
  });

  test("three at once: one effect", async () => {
    await lendCopy(ingest, async (database) => {
      const runs = await Promise.all([1, 2, 3].map(() => timeback(ingest.args, { env: database.env })));
      for (const { code, stderr } of runs) expect(code, stderr).toBeLessThanOrEqual(1);
      expect(await stateOf(database)).toEqual(calm.state);
    });
  });
});
