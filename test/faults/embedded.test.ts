import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines, type FreshDatabase } from "../support/engines.js";
import { startTimeback, spawned as timeback } from "../support/timeback.js";
import { chance, isLong, points, record, seed } from "./form.js";
import { lendCopy, type Stage, Stages } from "./stages.js";
import { stateOf } from "./state.js";

const hasPglite = engines.some(({ name, available }) => name === "pglite" && available);

/** Starts the command and kills it after a while. True: it had not ended before. */
async function killed(stage: Stage, database: FreshDatabase, after: number): Promise<boolean> {
  const { child, ended } = await startTimeback(stage.args, { env: { ...stage.env, ...database.env } });
  await Promise.race([sleep(after), ended]);
  child.kill("SIGKILL");
  return (await ended).signal === "SIGKILL";
}

interface Calm {
  state: string[];
  tookMs: number;
}

const undisturbed = (stage: Stage): Promise<Calm> =>
  lendCopy(stage, async (database) => {
    const started = Date.now();
    const run = await timeback(stage.args, { env: { ...stage.env, ...database.env } });
    expect(run.code, run.stderr).toBeLessThanOrEqual(1);
    return { tookMs: Date.now() - started, state: await stateOf(database) };
  });

describe.skipIf(!hasPglite)("the embedded database", () => {
  let stages: Stages;
  beforeAll(async () => {
    stages = await Stages.open("pglite", isLong ? 13_000 : 0);
  });
  afterAll(() => stages.close());

  const names = isLong ? (["migrate", "ingest", "etl", "recompute", "repair"] as const) : (["ingest"] as const);
  test.each(names)("kill -9 at a random moment, then a rerun: nothing lost, nothing doubled: %s", async (name) => {
    const stage = await stages[name]();
    const calm = await undisturbed(stage);
    const random = chance(`embedded ${name}`);
    const count = points(1, 40);
    let struck = 0;
    for (let n = 0; n < count; n += 1)
      await lendCopy(stage, async (database) => {
        const after = Math.round(random() * calm.tookMs);
        struck += Number(await killed(stage, database, after));
        const again = await timeback(stage.args, { env: { ...stage.env, ...database.env } });
        const point = `FAULT_SEED=${seed}: ${stage.name} (embedded), kill -9 after ${after} ms`;
        expect(again.code, `${point}: ${again.stderr}`).toBeLessThanOrEqual(1);
        expect(await stateOf(database), point).toEqual(calm.state);
      });
    record(`embedded, kill -9: ${stage.name}`, { points: count, struck });
  });

  test("two processes on one directory, one of them killed", async () => {
    const stage = await stages.ingest();
    const calm = await undisturbed(stage);
    const random = chance("embedded, two");
    const count = points(1, 20);
    for (let n = 0; n < count; n += 1)
      await lendCopy(stage, async (database) => {
        const after = Math.round(random() * calm.tookMs);
        const [, other] = await Promise.all([killed(stage, database, after), timeback(stage.args, database)]);
        const point = `FAULT_SEED=${seed}: two processes (embedded), one killed after ${after} ms`;
        expect(other.code, `${point}: ${other.stderr}`).toBeLessThanOrEqual(1);
        expect(await stateOf(database), point).toEqual(calm.state);
      });
    record("embedded, two processes, one killed", { points: count });
  });
});
