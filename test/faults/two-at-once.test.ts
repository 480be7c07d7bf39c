import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { type Run, startTimeback, spawned as timeback } from "../support/timeback.js";
import { type Calm, disturbedRun, expectSameAfterRerun, undisturbed } from "./disturbed.js";
import { chance, points, record, seed, some, spread } from "./form.js";
import { lendCopy, type Stage, Stages } from "./stages.js";
import { stateOf } from "./state.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
/** Not more at once than a server of 100 connections and a small machine bear. */
const AT_ONCE = 8;

/** Starts the command over and over, so that always some runs overlap; the first ones at the same moment. */
async function overlapping(starts: number, run: () => Promise<Run>, random: () => number): Promise<Run[]> {
  const runs: Run[] = [];
  const lane = async (n: number): Promise<void> => {
    for (let left = Math.ceil((starts - n) / AT_ONCE); left > 0; left -= 1) {
      runs.push(await run());
      await sleep(random() * 200);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, starts) }, (_, n) => lane(n)));
  return runs;
}

/** The second run is refused at once, and is told who holds the lock. */
async function expectRefused(args: readonly string[], database: FreshDatabase, command: string): Promise<number> {
  const before = Date.now();
  await timeback(["--version"]);
  const startUp = Date.now() - before;
  const started = Date.now();
  const refused = await timeback([...args, "--lock-wait", "0"], database);
  const tookMs = Date.now() - started;
  expect(refused, refused.stderr).toMatchObject({ code: 75, stdout: "" });
  expect(refused.stderr).toMatch(
    new RegExp(`^timeback: another run holds the lock \\(timeback ${command}, host .+, pid \\d+, since .+\\n$`),
  );
  expect(tookMs, `start-up ${startUp} ms`).toBeLessThan(1000 + 3 * startUp);
  return tookMs;
}

/** Stops the holder with SIGSTOP at a statement; a second run is refused; the holder, let go of, comes to the same. */
const stoppedHolder = (stage: Stage, calm: Calm, nth: number): Promise<number> =>
  lendCopy(stage, async (database) => {
    let tookMs = 0;
    const { run } = await disturbedRun(
      { stage, database },
      { nth, of: "statement", when: "answered" },
      async ({ kill }) => {
        kill("SIGSTOP");
        try {
          tookMs = await expectRefused(["ingest", "-"], database, stage.command);
        } finally {
          kill("SIGCONT");
        }
        return undefined;
      },
    );
    expect(run.code, run.stderr).toBeLessThanOrEqual(1);
    expect(await stateOf(database), `FAULT_SEED=${seed}: ${stage.name}, SIGSTOP at statement ${nth}`).toEqual(
      calm.state,
    );
    return tookMs;
  });

describe.skipIf(!hasPostgres)("two runs at once", () => {
  let stages: Stages;
  beforeAll(async () => {
    stages = await Stages.open("postgres", 0);
  });
  afterAll(() => stages.close());

  test.each(["ingest", "etl"] as const)("many overlapping starts have one effect: %s", async (name) => {
    const stage = await stages[name]();
    const calm = await undisturbed(stage);
    await lendCopy(stage, async (database) => {
      const starts = points(8, 100);
      const env = { ...stage.env, ...database.env };
      const run = () => timeback([...stage.args, "--lock-wait", "100"], { env });
      const runs = await overlapping(starts, run, chance(name));
      for (const { code, stderr } of runs) expect(code, stderr).toBeLessThanOrEqual(1);
      expect(await stateOf(database)).toEqual(calm.state);
      await expectSameAfterRerun(stage, { database, calm, point: `${starts} starts` });
      record(`overlapping starts: ${stage.name}`, { points: runs.length });
    });
  });

  test("the first runs of an empty database, all at once", async () => {
    const stage = await stages.ingest();
    const calm = await undisturbed(stage);
    const database = await freshDatabase("postgres", "first runs", { empty: true });
    try {
      const runs = await Promise.all(
        Array.from({ length: points(3, 8) }, () => timeback([...stage.args, "--lock-wait", "100"], database)),
      );
      for (const { code, stderr } of runs) expect(code, stderr).toBeLessThanOrEqual(1);
      expect(await stateOf(database)).toEqual(calm.state);
    } finally {
      await database.close();
    }
  });

  test.each(
    some<"ingest" | "etl" | "recompute" | "repair" | "migrate">(["migrate"], ["ingest", "etl", "recompute", "repair"]),
  )("a holder that is stopped (SIGSTOP) is named within a second: %s", async (name) => {
    const stage = await stages[name]();
    const calm = await undisturbed(stage);
    const last = calm.moments.filter(({ of }) => of === "statement").at(-1)?.nth ?? 0;
    // Neither before it has the lock, nor after it has given it back.
    const held = Array.from({ length: last }, (_, n) => n + 1).slice(name === "migrate" ? 3 : 12, -6);
    const took: number[] = [];
    for (const nth of spread(held, points(1, 12), chance(`stopped ${name}`)))
      took.push(await stoppedHolder(stage, calm, nth));
    record(`SIGSTOP of the holder: ${stage.name}`, { points: took.length, slowestMs: Math.max(...took) });
  });

  test("a holder that waits for its input", async () => {
    const database = await stages.empty();
    const holder = await startTimeback(["ingest", "-"], { env: database.env, keepInputOpen: true });
    try {
      while ((await database.query("select from timeback.runs where command = 'ingest'")).length === 0) await sleep(25);
      holder.child.kill("SIGSTOP");
      await expectRefused(["ingest", "-"], database, "ingest");
    } finally {
      holder.child.kill("SIGKILL");
      await holder.ended;
    }
  });
});
