import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines, type FreshDatabase } from "../support/engines.js";
import { startTimeback, timeback } from "../support/timeback.js";
import { chance, points, record, seed, spread } from "./form.js";
import { FaultProxy, type Moment } from "./proxy.js";
import { lendCopy, type Stage, Stages } from "./stages.js";
import { stateOf } from "./state.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const POOLS = ["4", "1"];

interface Undisturbed {
  state: string[];
  moments: Moment[];
}

const allMoments = (count: number, of: Moment["of"], whens: readonly Moment["when"][]): Moment[] =>
  Array.from({ length: count }, (_, n) => whens.map((when) => ({ nth: n + 1, of, when }))).flat();

/** Runs the stage to its end, and says what it comes to and at which moments it can be struck. */
const undisturbed = (stage: Stage): Promise<Undisturbed> =>
  lendCopy(stage, async (database) => {
    const proxy = await FaultProxy.open(String(database.url));
    try {
      const run = await timeback(stage.args, { env: { ...stage.env, DATABASE_URL: proxy.url } });
      expect(run.code, run.stderr).toBeLessThanOrEqual(1);
      const { statement, "copy data": copied } = proxy.counts;
      const moments = [
        ...allMoments(statement, "statement", ["before", "sent", "answered"]),
        ...allMoments(copied, "copy data", ["before"]),
      ];
      return { state: await stateOf(database), moments };
    } finally {
      await proxy.close();
    }
  });

/** Kills the stage's command at the moment, by kill -9. False: it ended before that. */
async function killAt(stage: Stage, database: FreshDatabase, moment: Moment, pool: string): Promise<boolean> {
  const proxy = await FaultProxy.open(String(database.url));
  try {
    let kill = () => {};
    const killed = new Promise<void>((resolve) => {
      proxy.arm(moment, (link) => {
        kill();
        if (moment.when === "before") link.cut();
        resolve();
        return undefined;
      });
    });
    const env = { ...stage.env, DATABASE_URL: proxy.url, TIMEBACK_POOL_MAX: pool };
    const { child, ended } = await startTimeback(stage.args, { env });
    kill = () => void child.kill("SIGKILL");
    await Promise.race([killed, ended]);
    await ended;
    return proxy.struck;
  } finally {
    await proxy.close();
  }
}

/** Kills at one moment, runs again, and compares. */
const crash = (stage: Stage, calm: Undisturbed, moment: Moment, pool: string): Promise<boolean> =>
  lendCopy(stage, async (database) => {
    const point = `seed ${seed}, ${stage.name}, pool ${pool}, ${moment.when} ${moment.of} ${moment.nth}`;
    const struck = await killAt(stage, database, moment, pool);
    const again = await timeback(stage.args, { env: { ...stage.env, ...database.env } });
    expect(again.code, `${point}: ${again.stderr}`).toBeLessThanOrEqual(1);
    expect(await stateOf(database), point).toEqual(calm.state);
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
    const random = chance(`crash ${name}`);
    const chosen = spread(calm.moments, points(4, 200), random);
    let struck = 0;
    for (const [n, moment] of chosen.entries())
      if (await crash(stage, calm, moment, POOLS[n % POOLS.length] ?? "4")) struck += 1;
    record(`crash: ${stage.name}`, { moments: calm.moments.length, points: chosen.length, struck });
    expect(struck).toBeGreaterThan(0);
  });
});
