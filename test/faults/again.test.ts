import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engines } from "../support/engines.js";
import { spawned as timeback } from "../support/timeback.js";
import { disturbedRun, expectDoneOrExplained, expectSameAfterRerun, undisturbed } from "./disturbed.js";
import { chance, points, record, some, spread } from "./form.js";
import { refusedOnce, SAID } from "./points.js";
import { refusal } from "./protocol.js";
import { FaultProxy, type Moment } from "./proxy.js";
import { lendCopy, Stages } from "./stages.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);

const before = (moments: readonly Moment[]): Moment[] => moments.filter(({ when }) => when === "before");

describe.skipIf(!hasPostgres)("what was refused for a reason that passes is tried again", () => {
  let stages: Stages;
  beforeAll(async () => {
    stages = await Stages.open("postgres");
  });
  afterAll(() => stages.close());

  test.each(
    some<"migrate" | "ingest" | "etl" | "fullEtl" | "recompute" | "repair">(
      ["ingest", "etl"],
      ["migrate", "fullEtl", "recompute", "repair"],
    ),
  )("once, at a commit: the run is done and comes to the same: %s", async (name) => {
    const stage = await stages[name]();
    const calm = await undisturbed(stage);
    const moments = spread(before(calm.commits), points(2, 20), chance(`again ${name}`));
    for (const [n, moment] of moments.entries()) await refusedOnce(stage, calm, moment, n);
    record(`refused once at a commit: ${stage.name}`, { commits: calm.commits.length / 3, points: moments.length });
  });

  test("once, by the source, at a page", async () => {
    const stage = await stages.etl();
    const side = "ONEROSTER_DATABASE_URL";
    const calm = await undisturbed(stage, side);
    const pages = before(calm.moments).slice(2); // what the source looks like is asked before anything is written
    const moments = spread(pages, points(2, 20), chance("again source"));
    for (const [n, moment] of moments.entries()) await refusedOnce(stage, calm, moment, n, side);
    record(`refused once by the source: ${stage.name}`, { points: moments.length });
  });

  test("every time: exit 3 says how often it was tried and what is kept, and a rerun continues", async () => {
    const stage = await stages.ingest();
    const calm = await undisturbed(stage);
    await lendCopy(stage, async (database) => {
      const { run } = await disturbedRun(
        { stage, database },
        { nth: 2, of: "commit", when: "before" },
        function again({ proxy }) {
          proxy.arm({ nth: 1, of: "commit", when: "before" }, (link) => again({ link, proxy, kill() {} }));
          return refusal("40001");
        },
      );
      expectDoneOrExplained(run, "refused every time");
      expect(run.code).toBe(3);
      expect(run.stderr.split("\n").filter((line) => SAID.test(line))).toHaveLength(4);
      expect(run.stderr).toMatch(
        /^timeback: the analytics database: refused for a test \(tried 5 times\); what was committed is kept, a rerun continues$/m,
      );
      const [landed] = await database.query("select count(*) as n from timeback.caliper_events");
      expect(Number(landed?.n), "the first chunk").toBeGreaterThan(0);
      await expectSameAfterRerun(stage, { database, calm, point: "refused every time" });
    });
  });

  test("a server that starts up is waited for, some seconds; then exit 3", async () => {
    const proxy = await FaultProxy.open(String((await stages.empty()).url));
    try {
      proxy.startingUp = 2;
      const run = await timeback(["db", "status"], { env: { DATABASE_URL: proxy.url } });
      expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("engine: postgres") });
      expect(run.stderr.match(/: the database system is starting up; trying again in \d\.\d s\n/g)).toHaveLength(2);
      proxy.startingUp = 2;
      expect(await timeback(["db", "status", "-q"], { env: { DATABASE_URL: proxy.url } })).toMatchObject({
        code: 0,
        stderr: "",
      });
      proxy.startingUp = 1000;
      const never = await timeback(["db", "status", "-q"], { env: { DATABASE_URL: proxy.url } });
      expect(never).toMatchObject({ code: 3, stdout: "" });
      expect(never.stderr).toMatch(
        /^timeback: the analytics database: the database system is starting up \(the server is not accepting connections yet; tried 7 times\);/,
      );
    } finally {
      await proxy.close();
    }
  });
});
