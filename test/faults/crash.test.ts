import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schemaVersion } from "../../src/store/schema/migrate.js";
import { engines } from "../support/engines.js";
import { disturbedRun, undisturbed } from "./disturbed.js";
import { chance, points, record, spread } from "./form.js";
import { crash } from "./points.js";
import { type Stage, Stages } from "./stages.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);

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
    for (const [n, moment] of chosen.entries()) if (await crash(stage, calm, moment, n)) struck += 1;
    record(`kill -9: ${stage.name}`, { moments: calm.moments.length, points: chosen.length, struck });
    expect(struck).toBeGreaterThan(0);
  });

  /** An empty database that the program has brought to this version, when it was killed. */
  async function atVersion(version: number): Promise<Stage> {
    const stage = await stages.migrate();
    const { before: database } = stage;
    if (version > 0)
      await disturbedRun({ stage, database }, { nth: version, of: "commit", when: "answered" }, ({ kill }) => {
        kill();
        return undefined;
      });
    return { ...stage, name: `db migrate from version ${version}` };
  }

  test("each migration, of a database that is at the version before it", async () => {
    const moments: number[] = [];
    let [tried, struck] = [0, 0];
    for (let version = 1; version <= schemaVersion; version += 1) {
      const stage = await atVersion(version - 1);
      const calm = await undisturbed(stage);
      const own = calm.moments.filter(({ nth, of }) => of === "statement" && nth <= calm.firstCommit);
      moments.push(own.length);
      const wanted = Math.ceil(points(schemaVersion, 200) / schemaVersion);
      for (const [n, moment] of spread(own, wanted, chance(`crash ${version}`)).entries()) {
        tried += 1;
        if (await crash(stage, calm, moment, n)) struck += 1;
      }
    }
    record("kill -9: each migration", { moments, points: tried, struck });
    expect(struck).toBe(tried);
  });
});
