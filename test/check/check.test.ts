import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { eventUuid } from "../support/audit-desk.js";
import { activity } from "../support/caliper-samples.js";
import {
  AT,
  article,
  BUNDLE,
  EVENTS,
  exercise,
  type Finding,
  fileOf,
  findingsOf,
  fixture,
  RESOURCES,
  RESULTS,
  resourcesFile,
  SOURCE,
  video,
} from "../support/check-desk.js";
import { Population } from "../support/population.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback, timebackJson } from "../support/timeback.js";

describe("the schema", () => {
  test("finds what ingest would quarantine, with the same codes, at file and line, and fails", async () => {
    const file = await fileOf(
      exercise(1, 3),
      "{",
      "",
      JSON.stringify(activity({ eventTime: "2025-03-01T08:00:00" })),
      JSON.stringify([activity({ id: "x" }), { type: "ViewEvent", eventTime: AT }]),
    );
    const run = await timeback(["check", file, "--format", "json", "-q"]);
    const answer = JSON.parse(run.stdout);
    expect(answer.files).toEqual([{ file, records: 5, events: 1, skipped: 1, rejected: 3 }]);
    expect(answer.findings.map((one: Finding) => [one.line, one.check, one.verdict, one.code])).toEqual([
      [2, "schema", "confirmed", "not-json"],
      [4, "schema", "confirmed", "bad-time"],
      [5, "schema", "confirmed", "bad-id"],
    ]);
    expect(answer.findings[1].reason).toContain("the offset is missing");
    expect(run.code).toBe(1);
    const home = await timebackJson<{ rejected: number }>(["ingest", file, "--format", "json"], { code: 1 });
    expect(home.rejected).toBe(answer.files[0].rejected);
  });

  test("of a file that is no Caliper at all, ten thousand records are listed and all are counted", async () => {
    const file = await fileOf(...Array.from({ length: 10_002 }, () => "x"));
    const run = await timeback(["check", file, "--format", "json", "-q"]);
    const { files, findings } = JSON.parse(run.stdout);
    expect([files[0].rejected, findings.length]).toEqual([10_002, 10_000]);
    expect(run).toMatchObject({
      code: 1,
      stderr: `${file}: 10002 records were rejected; the first 10000 are listed\n`,
    });
  });

  test("reads stdin, gzip and several files; a clean file passes without a word under -q", async () => {
    const zipped = join(await scratchFolder(), "events.gz");
    await writeFile(zipped, gzipSync(`${exercise(1, 3)}\n`));
    const run = await timeback(["check", "-q", "-", zipped], { input: exercise(2, 3, { at: "2025-03-02T10:00:00Z" }) });
    expect(run).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  });

  test("says in words what passed, and what was not looked for", async () => {
    const { code, stdout } = await timeback(["check", await fileOf(exercise(1, 3))]);
    expect(code).toBe(0);
    expect(stdout).toContain("0 findings in 1 records of 1 students");
    expect(stdout).toContain("bundled XP was not checked");
  });
});

describe("ids and twins", () => {
  test("an id with two contents is a conflict; the same content again, and in another file, is none", async () => {
    const first = await fileOf(exercise(1, 3), exercise(1, 3));
    const second = await fileOf(exercise(1, 3), exercise(1, 4));
    expect(await findingsOf([first, second])).toMatchObject([
      {
        file: second,
        line: 2,
        check: "conflict",
        verdict: "confirmed",
        eventId: eventUuid(1),
        studentId: "maya",
        xp: 4,
        reason: `this event id is already at ${first}:1 with different content; only the first counts`,
      },
    ]);
  });

  test("one activity under two ids within a minute is a twin; a minute and a second is none", async () => {
    const twin = exercise(2, 3, { at: "2025-03-01T10:21:00Z" });
    const other = exercise(3, 3, { at: "2025-03-01T10:22:01Z" });
    const file = await fileOf(exercise(1, 3), twin, other);
    expect(await findingsOf([file])).toMatchObject([
      { line: 2, check: "duplicate-event", verdict: "suspected", eventId: eventUuid(2) },
    ]);
    expect((await timeback(["check", "-q", file])).code).toBe(0);
    expect((await timeback(["check", "-q", "--fail-on", "suspected", file])).code).toBe(1);
  });
});

describe("bundled XP", () => {
  const claim = {
    file: EVENTS,
    check: "bundled-xp",
    verdict: "confirmed",
    code: "near",
    eventId: BUNDLE,
    studentId: "maya-chen-7f21",
    xp: 9,
  };

  test("with results and resources: the guide's event is 3 + 5 + 1", async () => {
    const [finding, ...others] = await findingsOf([EVENTS, "--results", RESULTS, "--resources", RESOURCES]);
    expect(others).toEqual([]);
    expect(finding).toMatchObject(claim);
    expect(finding?.arithmetic).toBe("9 = 3 own + 5 (Ratios: the video) + 1 (Ratios: the article)");
    expect(finding?.reason).toContain("2 x 1.25 = 2.5");
    expect(await findingsOf([EVENTS, "--results", SOURCE, "--resources", SOURCE])).toEqual([finding]);
  });

  test("with resources alone the student's own events for the video and the article show it", async () => {
    const resources = await resourcesFile();
    const file = await fileOf(video(1), article(2), exercise(3, 9));
    expect(await findingsOf([file, "--resources", resources])).toMatchObject([
      { line: 3, verdict: "confirmed", xp: 9, arithmetic: `9 = 3 own + 5 (The video) + 1 (The article)` },
    ]);
    const honest = await fileOf(video(1), article(2), exercise(3, 3));
    expect(await findingsOf([honest, "--resources", resources])).toEqual([]);
    const long = await fileOf(video(1, "2025-03-01T10:04:59Z"), article(2), exercise(3, 9));
    expect((await findingsOf([long, "--resources", resources])).map(({ verdict }) => verdict)).not.toContain(
      "confirmed",
    );
  });

  test("a student that one event names by id and another by email is one", async () => {
    const file = await fileOf(video(1).replace('"id":"https://host/users/maya",', ""), article(2), exercise(3, 9));
    expect(await findingsOf([file, "--resources", await resourcesFile()])).toMatchObject([
      { verdict: "confirmed", studentId: "maya" },
    ]);
  });

  test("without base XP nothing is confirmed", async () => {
    const results = fixture("era-atomic/source");
    const found = await findingsOf([EVENTS, "--results", RESULTS]);
    expect(found.filter(({ verdict }) => verdict === "confirmed")).toEqual([]);
    expect(
      await findingsOf([fixture("era-atomic/events.ndjson"), "--results", results, "--resources", results]),
    ).toEqual([]);
  });

  test("results that are read twice show which XP rose, and when", async () => {
    const folder = await scratchFolder();
    const text = (await readFile(RESULTS, "utf8"))
      .replaceAll('""xpReason"":""Banked XP"",', "")
      .replaceAll(/""completedAt"":""[^"]+"",/g, "");
    const [before, after] = [join(folder, "before.csv"), join(folder, "after.csv")];
    await writeFile(before, text.replaceAll(/""xp"":\d/g, '""xp"":0'));
    await writeFile(after, text);
    const args = [EVENTS, "--resources", RESOURCES];
    expect((await findingsOf([...args, "--results", after])).map(({ verdict }) => verdict)).not.toContain("confirmed");
    expect(await findingsOf([...args, "--results", before, "--results", after])).toMatchObject([claim]);
  });
});

describe("simulated senders", () => {
  test.each([
    ["of whom some bundle", ["--seed", "3", "--students", "6"]],
    [
      "who are honest, with look-alikes",
      ["--seed", "13", "--students", "12", "--bundle-rate", "0", "--decoy-rate", "0.4"],
    ],
  ])("%s: nothing is confirmed that is not bundled, whatever evidence is given", async (_, args) => {
    const population = await Population.simulate(args);
    const at = (path: string) => join(population.folder, path);
    const bundled = new Map(
      population.truth.bundled.flatMap(({ eventId, twins, ownXp }) => [eventId, ...twins].map((id) => [id, ownXp])),
    );
    const testUsers = population.rows("source-2/users.csv").filter(({ metadata }) => metadata?.includes("true"));
    const outOfTruth = new Set(testUsers.flatMap(({ sourced_id, email }) => [sourced_id, email]));
    const confirmed = async (...evidence: string[]): Promise<number> => {
      const all = await findingsOf([at("events.ndjson"), ...evidence]);
      const claims = all.filter(
        ({ check, verdict, studentId }) =>
          check === "bundled-xp" && verdict === "confirmed" && !outOfTruth.has(studentId ?? ""),
      );
      const wrong = claims.filter(
        ({ eventId, arithmetic }) => !arithmetic?.includes(`= ${bundled.get(eventId ?? "")} own`),
      );
      expect(wrong).toEqual([]);
      return claims.length;
    };
    const [first, last] = [at("source-1"), at("source-2")];
    const whole = await confirmed("--results", first, "--results", last, "--resources", last);
    expect(whole).toBeGreaterThanOrEqual(0.9 * population.truth.bundled.length);
    await confirmed("--results", last, "--resources", last);
    await confirmed("--results", join(last, "assessment_results.csv"), "--resources", join(last, "resources.csv"));
    await confirmed("--results", first, "--resources", first);
    await confirmed("--results", join(last, "assessment_results.csv"));
    await confirmed("--resources", join(last, "resources.csv"));
  });
});
