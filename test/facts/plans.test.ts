import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnEngines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { timeback, timebackJson } from "../support/timeback.js";

const GUIDE = "fixtures/era-guide-bug";
const MAYA = "maya.chen@alphaschool.example";
const EXERCISE = "caliper:event:270cb3ab-0c7a-4314-adef-3fcf71ef4604";

interface Planned {
  plan: {
    changes: { change: string; eventType: string; xpSource: string; rows: number; xpBefore: number; xpAfter: number }[];
    largest: {
      change: string;
      factKey: string;
      email: string;
      date: string;
      xpBefore: number | null;
      xpAfter: number | null;
    }[];
  };
}

describeOnEngines("a plan says what would become of the facts, and writes nothing", (engine) => {
  let database: FreshDatabase;
  const plan = async (...args: string[]) =>
    (await timebackJson<Planned>([...args, "--format", "json"], { env: database.env })).plan;
  const run = (...args: string[]) => timeback(args, { env: database.env });
  const state = () =>
    database.session(async (query) => [
      await query("select checksum from timeback.facts_checksum"),
      await query("select run_id from timeback.runs order by 1"),
      await query("select count(*) from timeback.caliper_events"),
      await query("select * from timeback.watermarks order by 1"),
      await query("select * from timeback.corrections"),
    ]);

  beforeAll(async () => {
    database = await freshDatabase(engine, "plans");
    await run("db", "migrate");
  });
  afterAll(() => database.close());

  test("of an ingest, an ETL, a recompute and a repair alike", async () => {
    const empty = await state();
    const ingested = await plan("ingest", `${GUIDE}/events.ndjson`, "--dry-run");
    expect(ingested.changes).toEqual([
      { change: "inserted", eventType: "ActivityEvent", xpSource: "event", rows: 1, xpBefore: 0, xpAfter: 9 },
      { change: "inserted", eventType: "TimeSpentEvent", xpSource: "event", rows: 3, xpBefore: 0, xpAfter: 0 },
    ]);
    expect(await state()).toEqual(empty);

    await run("ingest", `${GUIDE}/events.ndjson`);
    await run("import", "oneroster", `${GUIDE}/source`);
    const landed = await state();
    expect((await plan("etl", "oneroster", "--dry-run")).largest, "the largest first").toMatchObject([
      { change: "inserted", email: MAYA, date: "2025-03-01", xpBefore: null, xpAfter: 5 },
      { change: "inserted", xpBefore: null, xpAfter: 1 },
    ]);
    expect(await state()).toEqual(landed);

    await run("etl", "oneroster");
    await database.query(`update timeback.processed_facts set xp_earned = 4 where fact_key = '${EXERCISE}'`);
    await database.query("delete from timeback.processed_facts where xp_earned = 1");
    const standing = await state();
    expect(await plan("recompute", "--dry-run")).toEqual({
      changes: [
        { change: "inserted", eventType: "ActivityEvent", xpSource: "result", rows: 1, xpBefore: 0, xpAfter: 1 },
        { change: "updated", eventType: "ActivityEvent", xpSource: "event", rows: 1, xpBefore: 4, xpAfter: 9 },
      ],
      largest: [
        expect.objectContaining({ change: "updated", factKey: EXERCISE, xpBefore: 4, xpAfter: 9 }),
        expect.objectContaining({ change: "inserted", xpBefore: null, xpAfter: 1 }),
      ],
    });
    expect(await state()).toEqual(standing);

    await run("recompute");
    const whole = await state();
    expect(await plan("repair", MAYA)).toMatchObject({
      changes: [
        { change: "updated", eventType: "ActivityEvent", xpSource: "correction", rows: 1, xpBefore: 9, xpAfter: 3 },
      ],
      largest: [{ change: "updated", factKey: EXERCISE, xpBefore: 9, xpAfter: 3 }],
    });
    expect(await state()).toEqual(whole);
    const { stdout } = await run("recompute", "--dry-run");
    expect(stdout, "where nothing changes there is nothing to list").toMatch(
      /^recompute \(plan, nothing written\): facts \+0 ~0 -0, .+\n$/,
    );
  });
});
