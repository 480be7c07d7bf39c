import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines, type FreshDatabase } from "../support/engines.js";
import { startTimeback, spawned as timeback } from "../support/timeback.js";
import { until } from "../support/until.js";
import {
  type Calm,
  disturbedRun,
  expectDoneOrExplained,
  expectSameAfterRerun,
  pointName,
  undisturbed,
} from "./disturbed.js";
import { chance, isLong, points, record, some, spread } from "./form.js";
import { refusal } from "./protocol.js";
import { lendCopy, type Stage, Stages } from "./stages.js";
import { stateOf } from "./state.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const TIMEOUTS = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"];
const CODES = ["40001", "40P01", "55P03", "57014", "53100", "53200", "XX000"];

const withOption = (database: FreshDatabase, option: string): string => {
  const url = new URL(String(database.url));
  url.searchParams.set("options", `-c ${option}`);
  return url.href;
};

const waits = (database: FreshDatabase) =>
  database.query(
    "select from pg_stat_activity where datname = current_database() and application_name like 'timeback %' and wait_event_type = 'Lock'",
  );

describe.skipIf(!hasPostgres)("a server that refuses to go on", () => {
  let stages: Stages;
  let ingest: Stage;
  let calm: Calm;
  beforeAll(async () => {
    stages = await Stages.open("postgres");
    ingest = await stages.ingest();
    calm = await undisturbed(ingest);
  });
  afterAll(() => stages.close());

  test.each(isLong ? (["migrate", "ingest", "etl", "recompute", "repair"] as const) : (["etl"] as const))(
    "timeouts of 50 ms: done, or exit 3 and a rerun continues: %s",
    async (name) => {
      const stage = await stages[name]();
      const goal = await undisturbed(stage);
      const exits: Record<string, unknown> = {};
      for (const timeout of TIMEOUTS)
        await lendCopy(stage, async (database) => {
          const env = { ...stage.env, DATABASE_URL: withOption(database, `${timeout}=50`) };
          const run = await timeback(stage.args, { env });
          expectDoneOrExplained(run, `${stage.name}, ${timeout}`);
          exits[timeout] = run.code;
          await expectSameAfterRerun(stage, { database, calm: goal, point: timeout });
        });
      record(`timeouts of 50 ms: ${stage.name}`, { points: TIMEOUTS.length, exits });
    },
  );

  test("lock_timeout while somebody holds a table: exit 3, a rerun continues", async () => {
    await lendCopy(ingest, async (database) => {
      const env = { DATABASE_URL: withOption(database, "lock_timeout=50") };
      const run = await database.session(async (query) => {
        await query("begin; lock table timeback.caliper_events in access exclusive mode");
        return timeback(ingest.args, { env });
      });
      expectDoneOrExplained(run, "lock_timeout");
      expect(run.code).toBe(3);
      await expectSameAfterRerun(ingest, { database, calm, point: "lock_timeout" });
    });
  });

  test.each(some<"ingest" | "etl">(["ingest"], ["etl"]))("codes that the server answers with: %s", async (name) => {
    const stage = name === "ingest" ? ingest : await stages[name]();
    const goal = name === "ingest" ? calm : await undisturbed(stage);
    const moments = goal.moments.filter(({ when, of }) => when === "before" && of === "statement");
    const chosen = spread(moments, points(2, 60), chance(`codes ${name}`));
    const codes: Record<string, number> = {};
    for (const [n, moment] of chosen.entries())
      await lendCopy(stage, async (database) => {
        const code = CODES[n % CODES.length] ?? "";
        const point = pointName(stage, moment, `SQLSTATE ${code}`);
        const { run } = await disturbedRun({ stage, database }, moment, () => refusal(code));
        expectDoneOrExplained(run, point);
        codes[`${code}: exit ${run.code}`] = (codes[`${code}: exit ${run.code}`] ?? 0) + 1;
        await expectSameAfterRerun(stage, { database, calm: goal, point });
      });
    record(`refused with an SQLSTATE: ${stage.name}`, { points: chosen.length, ...codes });
  });

  test("a deadlock with somebody else: the chunk is made again", async () => {
    await lendCopy(ingest, (database) =>
      database.session(async (query) => {
        await query("set deadlock_timeout = '60s'"); // so that the run is the one that is chosen
        await query("begin; lock table timeback.ingest_checkpoints in share row exclusive mode");
        const { ended } = await startTimeback(ingest.args, { env: database.env });
        await until(async () => (await waits(database)).length > 0);
        await query("lock table timeback.caliper_events in access exclusive mode; commit");
        const run = await ended;
        expect(run.code, run.stderr).toBeLessThanOrEqual(1);
        expect(run.stderr).toMatch(/^the analytics database: deadlock detected; trying again in \d\.\d s$/m);
        expect(await stateOf(database)).toEqual(calm.state);
      }),
    );
  });
});
