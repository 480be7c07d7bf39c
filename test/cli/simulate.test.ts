import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeOnEngines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { hundredths, Population, type Truth } from "../support/population.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback, timebackJson } from "../support/timeback.js";

const FILES = ["events.ndjson", "truth.json"];
const TABLES = [
  ...["assessment_line_items", "assessment_results", "component_resources", "course_components"],
  ...["courses", "resources", "users"],
];
const ALL = [
  ...FILES,
  ...["source-1", "source-2"].flatMap((source) => TABLES.map((table) => `${source}/${table}.csv`)),
];
const SMALL = ["--students", "8", "--days", "10"];

const standard = Population.simulate();

describe("the same options give the same bytes", () => {
  test("in any time zone and locale", async () => {
    const here = await Population.simulate(SMALL, { TZ: "UTC", LC_ALL: "C" });
    const there = await Population.simulate(SMALL, { TZ: "Asia/Kolkata", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" });
    expect(ALL.filter((path) => here.text(path) !== there.text(path))).toEqual([]);
  });

  test("and another seed gives others", async () => {
    const one = await Population.simulate(SMALL);
    const other = await Population.simulate([...SMALL, "--seed", "2"]);
    expect(FILES.filter((path) => one.text(path) === other.text(path))).toEqual([]);
  });

  test("a student lives the same life among few and among many", async () => {
    const few = await Population.simulate(["--students", "3", "--days", "10"]);
    const many = await Population.simulate(SMALL);
    expect(many.text("events.ndjson").startsWith(few.text("events.ndjson"))).toBe(true);
    expect(many.truth.days.slice(0, few.truth.days.length)).toEqual(few.truth.days);
  });
});

describe("a population of the default options", () => {
  test("holds the files that are promised, and nothing else", async () => {
    const { folder } = await standard;
    expect(readdirSync(folder).sort()).toEqual(["events.ndjson", "source-1", "source-2", "truth.json"]);
    for (const source of ["source-1", "source-2"])
      expect(readdirSync(join(folder, source)).sort()).toEqual(TABLES.map((table) => `${table}.csv`));
  });

  test("shows every feature", async () => {
    const { counts } = (await standard).truth;
    expect(Object.keys(counts).length).toBeGreaterThan(25);
    expect(Object.entries(counts).filter(([, count]) => count <= 0)).toEqual([]);
  });

  test("has apps that bundle and apps that do not, and decoys of every kind", async () => {
    const { truth } = await standard;
    const apps = new Set((await standard).text("events.ndjson").match(/(?<="app":\{"id":"[^"]*","name":")[^"]*/g));
    const bundling = new Set(truth.bundled.map(({ app }) => app));
    expect(apps.size).toBeGreaterThanOrEqual(13);
    expect(bundling.size).toBe(8);
    expect([...new Set(truth.decoys.map(({ kind }) => kind))].sort()).toEqual([
      "honest-beside-banked",
      "nothing-earned",
      "own-equals-banked",
      "own-rules-beside-banked",
      "quiz-after-banking",
    ]);
    const guilty = new Set(truth.bundled.flatMap(({ eventId, twins }) => [eventId, ...twins]));
    expect(truth.decoys.filter(({ eventId }) => guilty.has(eventId))).toEqual([]);
  });

  test("the parts of every bundle add up to its excess, in the results as they stand at the end", async () => {
    const population = await standard;
    const xp = xpOfResults(population);
    const wrong = population.truth.bundled.filter(({ eventXp, ownXp, excessXp, parts, failedBankWrite }) => {
      const sum = parts.reduce((total, id) => total + (xp.get(id) ?? Number.NaN), 0);
      const ten = (value: number) => Math.round(value * 10_000);
      return ten(eventXp) - ten(ownXp) !== ten(excessXp) || (!failedBankWrite && ten(sum) !== ten(excessXp));
    });
    expect(wrong).toEqual([]);
  });

  test("keeps everything of the first reading in the second, and shows XP without a reason rise from 0", async () => {
    const population = await standard;
    const first = new Map(population.rows("source-1/assessment_results.csv").map((row) => [row.sourced_id, row]));
    const second = new Map(population.rows("source-2/assessment_results.csv").map((row) => [row.sourced_id, row]));
    expect([...first.keys()].filter((id) => !second.has(id))).toEqual([]);
    const moved = [...first].filter(
      ([id, row]) => (second.get(id)?.date_last_modified ?? "") < (row.date_last_modified ?? ""),
    );
    expect(moved).toEqual([]);
    const before = xpOfResults(population, "source-1");
    const after = xpOfResults(population);
    const mute = [...second.values()].filter(
      ({ sourced_id: id = "", metadata = "" }) =>
        /nice_timeSpent/.test(metadata) && !/xpReason/.test(metadata) && after.get(id),
    );
    expect(mute.length).toBeGreaterThan(20);
    const seenRising = mute.filter(({ sourced_id: id = "" }) => before.get(id) === 0);
    expect(seenRising.length / mute.length).toBeGreaterThan(0.9);
  });
});

/** XP of the dumped results by id; those without XP are left out. */
function xpOfResults(population: Population, source = "source-2"): Map<string, number> {
  const rows = population.rows(`${source}/assessment_results.csv`);
  return new Map(
    rows.flatMap(({ sourced_id = "", metadata = "{}" }) => {
      const { xp, xpEarned, "timeback.xp": dotted } = JSON.parse(metadata);
      const found = xp ?? xpEarned ?? dotted;
      return found === undefined ? [] : [[sourced_id, Number(found)] as const];
    }),
  );
}

interface ListedFact {
  studentId: string;
  factKey: string;
  date: string;
  xpEarned: number | null;
  sources: string[];
}

/** Loads a population as a school would: events, then both readings of the source. Nothing may be rejected. */
async function loaded(database: FreshDatabase, { folder, truth }: Population): Promise<ListedFact[]> {
  const { env } = database;
  const run = (args: string[], code = 0) =>
    timebackJson<Record<string, unknown>>([...args, "--format", "json"], { env, code });
  const conflicts = truth.counts.conflict ?? 0;
  expect(await run(["ingest", join(folder, "events.ndjson")], conflicts > 0 ? 1 : 0)).toMatchObject({
    rejected: 0,
    duplicates: truth.counts.retry,
    conflicts,
  });
  for (const source of ["source-1", "source-2"]) {
    expect(await run(["import", "oneroster", join(folder, source)])).toMatchObject({ rejected: 0, warnings: [] });
    expect(await run(["etl", "oneroster"])).toMatchObject({ rejected: 0 });
  }
  expect(await run(["recompute", "--dry-run"])).toMatchObject({
    facts: { inserted: 0, updated: 0, deleted: 0, foreign: 0 },
  });
  const { stdout } = await timeback(["facts", "--format", "ndjson"], { env });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ListedFact);
}

/** Hundredths of XP by student and day; days without XP are left out. */
function sums(rows: readonly [day: string, xp: number][]): Map<string, number> {
  const days = new Map<string, number>();
  for (const [day, xp] of rows) days.set(day, (days.get(day) ?? 0) + hundredths(xp));
  return new Map([...days].filter(([, xp]) => xp !== 0).sort());
}

const trueSums = ({ days }: Truth) => sums(days.map(({ studentId, date, trueXp }) => [`${studentId} ${date}`, trueXp]));

/** The facts' sums once every bundled event, with its twins, is set to its own XP. */
function repairedSums(facts: readonly ListedFact[], { bundled }: Truth): Map<string, number> {
  const own = new Map<string, number>(
    bundled.flatMap(({ eventId, twins, ownXp }) =>
      [eventId, ...twins].map((id) => [`caliper:event:${id}`, ownXp] as const),
    ),
  );
  expect(facts.filter(({ factKey }) => own.has(factKey)).length).toBe(own.size);
  return sums(
    facts.map(({ studentId, date, factKey, xpEarned }) => [`${studentId} ${date}`, own.get(factKey) ?? xpEarned ?? 0]),
  );
}

async function naiveXp(database: FreshDatabase): Promise<number> {
  const isTestUser = (student: string) =>
    `exists (select from timeback.users u where u.sourced_id = ${student} and u.is_test_user)`;
  const [row] = await database.query(`
    select (select coalesce(sum(round(e.xp, 2)), 0) from timeback.caliper_events e
        join timeback.caliper_actors a on a.actor_key = e.actor_key where not ${isTestUser("a.student_id")})
      + (select coalesce(sum(round(r.xp, 2)), 0) from timeback.assessment_results r
        where r.linkable and not ${isTestUser("r.student_id")}) as xp`);
  return Number(row?.xp);
}

const WILD = [
  ...["bundle", "late", "early", "retake", "overlap", "twin", "missing-reason"].flatMap((rate) => [
    `--${rate}-rate`,
    "0.5",
  ]),
  ...["deletion", "correction", "penalty", "conflict", "failed-bank", "decoy"].flatMap((rate) => [
    `--${rate}-rate`,
    "0.3",
  ]),
];

const POPULATIONS: Record<string, readonly string[]> = {
  "the default": [],
  "four students": ["--seed", "2", "--students", "4"],
  "two months, without time events": ["--seed", "3", "--students", "10", "--days", "60", "--time-events", "0"],
  "one app": ["--seed", "4", "--students", "6", "--apps", "Parcel Lessons"],
  "wild rates": ["--seed", "5", "--students", "20", ...WILD],
  "one day": ["--seed", "6", "--students", "30", "--days", "1", "--start", "2024-02-29"],
};

describeOnEngines("the truth is what the facts come to once bundles are set right", (engine) => {
  test.each(engine === "postgres" ? Object.keys(POPULATIONS) : ["four students"])("of %s", async (name) => {
    const population = await Population.simulate(POPULATIONS[name]);
    const { truth } = population;
    const database = await freshDatabase(engine, "simulate");
    try {
      const facts = await loaded(database, population);
      expect(repairedSums(facts, truth)).toEqual(trueSums(truth));
      const sources = new Map(facts.flatMap((fact) => fact.sources.map((source) => [source, fact.factKey] as const)));
      const apart = truth.doubleCounted.filter(
        ([one, other]) => sources.get(one) !== sources.get(other) || !sources.has(one),
      );
      expect(apart).toEqual([]);
      expect(await naiveXp(database)).toBe(truth.totals.naiveXp);
      const total = (sum: number, { trueXp }: { trueXp: number }) => sum + hundredths(trueXp);
      expect(truth.days.reduce(total, 0)).toBe(hundredths(truth.totals.trueXp));
    } finally {
      await database.close();
    }
  });
});

describe("called wrongly", () => {
  test.each([
    ["--seed", "-1"],
    ["--students", "0"],
    ["--days", "1.5"],
    ["--start", "2025-02-30"],
    ["--start", "1800-01-01"],
    ["--apps", "Nobody's App"],
    ["--time-events", "241"],
    ["--twin-rate", "1.1"],
    ["--bundle-rate", "half"],
  ])("%s %s: exit 2, the option is named, nothing is written", async (option, value) => {
    const folder = join(await scratchFolder("population"), "new");
    const { code, stdout, stderr } = await timeback(["simulate", "--out", folder, option, value]);
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: expect.stringContaining(option) });
    expect(readdirSync(join(folder, ".."))).toEqual([]);
  });

  test("a folder that holds something is left alone without --force", async () => {
    const folder = await scratchFolder("population");
    writeFileSync(join(folder, "mine.txt"), "mine");
    const args = ["simulate", "--out", folder, "--students", "1", "--days", "2"];
    expect(await timeback(args)).toMatchObject({ code: 2, stderr: expect.stringContaining("--force") });
    expect(readdirSync(folder)).toEqual(["mine.txt"]);
    expect(await timeback([...args, "--force", "-q"])).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(readdirSync(folder)).toContain("truth.json");
    expect(readdirSync(folder)).toContain("mine.txt");
  });

  test("a folder that cannot be made: exit 3", async () => {
    const folder = await scratchFolder("population");
    writeFileSync(join(folder, "file"), "");
    const out = join(folder, "file", "below");
    expect(await timeback(["simulate", "--out", out])).toMatchObject({ code: 3, stderr: expect.stringContaining(out) });
  });
});

test("the answer says what was made", async () => {
  const folder = await scratchFolder("population");
  const answer = await timebackJson(["simulate", "--out", folder, ...SMALL, "--format", "json"]);
  const { truth } = await Population.simulate(SMALL);
  expect(answer).toEqual({
    command: "simulate",
    out: folder,
    seed: 1,
    students: 8,
    bundled: truth.bundled.length,
    ...truth.totals,
    counts: truth.counts,
  });
});
