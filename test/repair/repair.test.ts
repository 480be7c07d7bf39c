import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scoreOf } from "../support/audit-score.js";
import { Story, writeWorld } from "../support/audit-world.js";
import { describeOnEngines, type FreshDatabase, freshDatabase, type Query } from "../support/engines.js";
import { loaded } from "../support/load-population.js";
import { Population } from "../support/population.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback, timebackJson } from "../support/timeback.js";

const GUIDE = "fixtures/era-guide-bug";
const MAYA = "maya.chen@alphaschool.example";
const EXERCISE = "270cb3ab-0c7a-4314-adef-3fcf71ef4604";

interface Correction {
  id: string;
  eventId: string;
  from: number;
  to: number;
  excessXp: number;
  results: string[];
  verdict: string;
  state: string;
  reason: string | null;
  madeBy: string;
  runId: string;
}

interface Repair {
  command: string;
  planned: number;
  applied: number;
  corrections: Correction[];
}

describeOnEngines("repair", (engine) => {
  let database: FreshDatabase;
  const run = (...args: string[]) => timeback(args, { env: database.env });
  const repair = (...args: string[]) =>
    timebackJson<Repair>(["repair", ...args, "--format", "json"], { env: database.env });
  const xpOf = async (email: string): Promise<number> => {
    const { rows } = await timebackJson<{ rows: { xp: number }[] }>(["report", email, "--format", "json"], {
      env: database.env,
    });
    return rows.reduce((sum, { xp }) => sum + xp, 0);
  };
  const one = async (query: Query, sql: string) => Object.values((await query(sql))[0] ?? {})[0];
  const checksum = () =>
    database.query("select checksum from timeback.facts_checksum").then((rows) => rows[0]?.checksum);

  async function loadGuide(): Promise<void> {
    database = await freshDatabase(engine, "repair");
    for (const args of [
      ["ingest", `${GUIDE}/events.ndjson`],
      ["import", "oneroster", `${GUIDE}/source`],
      ["etl", "oneroster"],
    ])
      expect((await run(...args)).code).toBe(0);
  }

  describe("of the guide's story", () => {
    beforeAll(loadGuide);
    afterAll(() => database.close());

    test("15 is planned to 9, repaired to 9, stays 9, and is undone to the very facts of before", async () => {
      const before = await checksum();
      expect(await xpOf(MAYA)).toBe(15);

      const plan = await repair(MAYA);
      expect(plan).toMatchObject({ command: "repair", planned: 1, applied: 0 });
      expect(plan.corrections).toMatchObject([
        { eventId: EXERCISE, from: 9, to: 3, excessXp: 6, verdict: "confirmed", state: "planned" },
      ]);
      const written = await database.session(async (query) => [
        await one(query, "select count(*) from timeback.corrections"),
        await one(query, "select count(*) from timeback.runs where command = 'repair'"),
      ]);
      expect(written, "a plan writes nothing, not even a run").toEqual(["0", "0"]);
      expect(await checksum()).toBe(before);

      const done = await repair(MAYA, "--yes");
      expect(done).toMatchObject({
        planned: 1,
        applied: 1,
        corrections: [
          {
            ...plan.corrections[0],
            state: "live",
            madeBy: expect.any(String),
            runId: expect.any(String),
            madeAt: expect.any(String),
          },
        ],
      });
      expect(await xpOf(MAYA)).toBe(9);
      const facts = await timebackJson<{ facts: { factKey: string; xpSource: string; correctionId: string }[] }>(
        ["facts", MAYA, "--format", "json"],
        { env: database.env },
      );
      expect(facts.facts.find(({ factKey }) => factKey === `caliper:event:${EXERCISE}`)).toMatchObject({
        xpSource: "correction",
        correctionId: done.corrections[0]?.id,
      });

      expect(await repair("--yes"), "a second repair finds nothing").toMatchObject({ planned: 0, applied: 0 });
      expect((await run("audit", MAYA)).code, "nor does the audit").toBe(0);
      await run("ingest", `${GUIDE}/events.ndjson`);
      await run("etl", "oneroster", "--full");
      expect(await xpOf(MAYA), "loading again keeps the correction").toBe(9);
      expect(await timebackJson(["recompute", "--dry-run", "--format", "json"], { env: database.env })).toMatchObject({
        facts: { inserted: 0, updated: 0, deleted: 0 },
      });

      const undone = await repair("--undo", done.corrections[0]?.id ?? "");
      expect(undone.corrections).toMatchObject([{ eventId: EXERCISE, state: "undone" }]);
      expect(await checksum()).toBe(before);
      expect(await repair("--undo", done.corrections[0]?.id ?? ""), "undoing twice is undoing once").toMatchObject({
        applied: 0,
      });

      const held = await run("repair", "--yes", "--format", "json");
      expect(held, "one event is too few to correct whoever it is about").toMatchObject({ code: 1 });
      expect(JSON.parse(held.stdout)).toMatchObject({
        ...{ planned: 0, applied: 0 },
        apps: [{ app: "Nice Academy", corrections: 1, excessXp: 6, heldBack: expect.stringContaining("few events") }],
      });
      expect((await run("repair")).stdout).toContain(
        'held back: how it pays is presumed from few events (to include it: --app "Nice Academy"',
      );
      expect(await checksum()).toBe(before);

      const again = await repair("--yes", "--app", "Nice Academy");
      expect(again.corrections[0]?.id, "another generation").not.toBe(done.corrections[0]?.id);
      expect(await xpOf(MAYA)).toBe(9);
      expect((await repair("--undo-run", again.corrections[0]?.runId ?? "")).applied).toBe(1);
      expect(await checksum()).toBe(before);
      expect((await repair("--list")).corrections.map(({ state }) => state)).toEqual(["undone", "undone"]);
    });

    test.each([
      [["--event", "0c7a4314-0000-4000-8000-000000000000", "--yes"], /no finding says what the own XP of 0c7a4314-/],
      [["--undo", "nothing"], /no correction is known as nothing; .*--list/],
      [["--undo-run", "nothing"], /no correction is known as nothing/],
      [["--list", "--yes"], /--list takes neither --yes/],
      [["--undo", "a", "--undo-run", "b"], /cannot be combined/],
      [["nobody@school.example"], /no student has the email .+nearest: maya/],
    ])("%j is refused, and nothing is done", async (args, complaint) => {
      const refused = await run("repair", ...args);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toMatch(complaint);
    });
  });

  describe("of events beyond doubt and of others", () => {
    const zero = new Story("zero").event({ xp: 6, correct: 2 }).own({ xp: 6 }).bank("video-1", 5).bank("article-1", 1);
    const doubtful = new Story("doubtful").event({ xp: 10 }).bank("video-1", 5).own({ xp: 3 });
    const moving = new Story("moving").event({ xp: 9 }).bank("video-1", 5).bank("article-1", 1);
    const mail = (story: Story) => `${story.studentId()}@school.example`;

    beforeAll(async () => {
      database = await freshDatabase(engine, "repair-stories");
      const folder = await scratchFolder("world");
      writeWorld([zero, doubtful, moving], folder);
      await run("ingest", `${folder}/events.ndjson`);
      for (const load of [1, 2]) {
        await run("import", "oneroster", `${folder}/source-${load}`);
        await run("etl", "oneroster", "--full");
      }
    });
    afterAll(() => database.close());

    test("an own XP of 0 stays 0 beside a linked result with XP", async () => {
      const done = await repair(mail(zero), "--yes");
      expect(done.corrections).toMatchObject([{ from: 6, to: 0, state: "live" }]);
      expect(await xpOf(mail(zero)), "the 5 and the 1 of their own results").toBe(6);
    });

    test("a probable finding is corrected only where a person names its event, with reason and name", async () => {
      expect(await repair(mail(doubtful))).toMatchObject({ planned: 0 });
      const { findings } = await timebackJson<{ findings: { eventId: string; verdict: string; ownXp: number }[] }>(
        ["audit", mail(doubtful), "--kind", "bundled-xp", "--format", "json"],
        { env: database.env },
      );
      expect(findings).toMatchObject([{ verdict: "probable", ownXp: 3 }]);
      const event = findings[0]?.eventId ?? "";
      const done = await repair("--event", event, "--yes", "--reason", "agreed with the school", "--by", "ada");
      expect(done.corrections).toMatchObject([
        { eventId: event, from: 10, to: 3, verdict: "probable", reason: "agreed with the school", madeBy: "ada" },
      ]);
      expect(await xpOf(mail(doubtful))).toBe(8);
      expect((await run("audit", mail(doubtful), "--fail-on", "suspected", "--kind", "bundled-xp")).code).toBe(0);
    });

    test("a correction whose results turn out to be another student's is reported as stale, and stays in force", async () => {
      await repair(mail(moving), "--yes");
      expect(await xpOf(mail(moving))).toBe(9);
      await database.query(
        "update oneroster.assessment_results set student_sourced_id = 'somebody', date_last_modified = date_last_modified + interval '1 day' where sourced_id = 'moving.result.video-1'",
      );
      await run("etl", "oneroster", "--full");
      const { findings } = await timebackJson<{ findings: { kind: string; verdict: string; correctionId: string }[] }>(
        ["audit", mail(moving), "--format", "json"],
        { env: database.env },
      );
      expect(findings).toMatchObject([{ kind: "stale-correction", verdict: "suspected" }]);
      expect(await xpOf(mail(moving)), "3 own and 1 of the article").toBe(4);
    });
  });
});

describeOnEngines("repair of a simulated population", (engine) => {
  test("brings every day to the truth, and is undone by its run", async () => {
    const population = await Population.simulate(
      engine === "postgres" ? ["--seed", "32", "--students", "20"] : ["--seed", "2", "--students", "4"],
    );
    const database = await loaded(engine, population);
    const { env } = database;
    const checksum = () => database.query("select checksum from timeback.facts_checksum");
    const before = await checksum();
    const claimed = await scoreOf(database, population.truth);
    const apps = [...new Set(population.truth.bundled.map(({ app }) => app))].flatMap((app) => ["--app", app]);
    const done = await timebackJson<Repair>(["repair", "--yes", ...apps, "--format", "json"], { env });
    expect(done.applied).toBeGreaterThan(0);
    const { wrongDays } = await scoreOf(database, population.truth);
    expect(wrongDays).toEqual(claimed.wrongDays);
    expect(wrongDays).toEqual([]);
    expect(await checksum()).not.toEqual(before);
    await timebackJson(["repair", "--undo-run", done.corrections[0]?.runId ?? "", "--format", "json"], { env });
    expect(await checksum()).toEqual(before);
    await database.close();
  });
});
