import { expect } from "vitest";
import { answerOf, type Calm, disturbedRun, expectSameAfterRerun, pointName, type Side } from "./disturbed.js";
import { refusal } from "./protocol.js";
import type { Moment } from "./proxy.js";
import { lendCopy, type Stage } from "./stages.js";
import { stateOf } from "./state.js";

/** Every other point is tried with one connection. */
const poolOf = (n: number): string => (n % 2 === 0 ? "4" : "1");

/** Kills at one moment, the n-th that is tried, runs again, and compares. False: the run ended before that. */
export const crash = (stage: Stage, calm: Calm, moment: Moment, n: number): Promise<boolean> =>
  lendCopy(stage, async (database) => {
    const pool = poolOf(n);
    const env = { TIMEBACK_POOL_MAX: pool };
    const { struck } = await disturbedRun({ stage, database, env }, moment, ({ link, kill }) => {
      kill();
      if (moment.when === "before") link.cut();
      return undefined;
    });
    await expectSameAfterRerun(stage, { database, calm, point: pointName(stage, moment, `kill -9, pool ${pool}`) });
    return struck;
  });

const PASSING = ["40001", "40P01", "55P03"];
/** What is said of a refusal that passes. */
export const SAID = /: refused for a test; trying again in \d\.\d s$/m;

/** Has the server refuse once, and expects that the same run comes to what an undisturbed one comes to. */
export const refusedOnce = (stage: Stage, calm: Calm, moment: Moment, n: number, side: Side = "DATABASE_URL") =>
  lendCopy(stage, async (database) => {
    const code = PASSING[n % PASSING.length] ?? "";
    const env = { TIMEBACK_POOL_MAX: poolOf(n) };
    const point = pointName(stage, moment, `SQLSTATE ${code}, pool ${env.TIMEBACK_POOL_MAX}`);
    const { run } = await disturbedRun({ stage, database, env, side }, moment, () => refusal(code));
    expect(run.code, `${point}: ${run.stderr}`).toBeLessThanOrEqual(1);
    if (!stage.args.includes("-q")) expect(run.stderr, point).toMatch(SAID);
    expect(answerOf(run), point).toBe(calm.answer);
    expect(await stateOf(database), point).toEqual(calm.state);
  });
