import { appendFile, cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { contentsOf } from "../support/contents.js";
import { describeOnEngines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback } from "../support/timeback.js";

const fixture = fileURLToPath(new URL("../../fixtures/era-guide-bug/", import.meta.url));
const MAYA = "maya.chen@alphaschool.example";
const LEO = "leo@alphaschool.example";
const ZOE = "zoe@alphaschool.example";

/** Maya's story, of another student, in another app, nine days later. */
const asLeo = (text: string): string =>
  text
    .replaceAll("270cb3ab-", "370cb3ab-")
    .replaceAll("maya-chen-7f21", "leo-1")
    .replaceAll(MAYA, LEO)
    .replaceAll("Maya.Chen@AlphaSchool.example", LEO)
    .replaceAll("nice_result_maya", "result_leo")
    .replaceAll("Nice Academy", "Other App")
    .replaceAll("2025-03-01", "2025-03-10");

/** Zoe's event pays 40 XP for an exercise worth 2, and nothing tells why; another student has Maya's email. */
const EVENTS = [
  { id: 1, student: "zoe", email: ZOE, resource: "res_exercise_103", xp: 40, at: "2025-03-12T08:00:00.000Z" },
  { id: 2, student: "ada", email: "ada@alphaschool.example", resource: "res_7", xp: 4, at: "2025-03-12T08:00:00.000Z" },
  { id: 3, student: "maya-2", email: MAYA, resource: "res_7", xp: 4.25, at: "2025-03-02T08:00:00.000Z" },
].map(({ id, student, email, resource, xp, at }) =>
  activity({
    id: `urn:uuid:5f0c9b7a-0000-4000-8000-${String(id).padStart(12, "0")}`,
    actor: { id: `https://host/users/${student}`, type: "TimebackUser", email },
    eventTime: at,
    object: {
      id: `https://app.example/activities/${resource}`,
      type: "TimebackActivityContext",
      app: { id: "https://apps/1", name: "Lab" },
      activity: { id: `https://host/resources/${resource}`, name: `Exercise ${id}` },
    },
    generated: { attempt: 1, items: [{ type: "xpEarned", value: xp }] },
  }),
);

async function prepared(): Promise<string> {
  const folder = await scratchFolder();
  await cp(fixture, folder, { recursive: true });
  await cp(join(fixture, "source"), join(folder, "leo"), { recursive: true });
  for (const file of ["leo/users.csv", "leo/assessment_results.csv"])
    await writeFile(join(folder, file), asLeo(await readFile(join(folder, file), "utf8")));
  await appendFile(
    join(folder, "leo/users.csv"),
    `maya-2,active,2025-03-20 02:00:00.000,true,Maya,Chen,${MAYA},null\n`,
  );
  await writeFile(join(folder, "leo.ndjson"), asLeo(await readFile(join(folder, "events.ndjson"), "utf8")));
  await writeFile(join(folder, "lab.ndjson"), EVENTS.map((event) => `${JSON.stringify(event)}\n`).join(""));
  return folder;
}

interface Finding {
  id: string;
  kind: string;
  verdict: string;
  studentId: string;
  date: string;
  app: string;
  inflation: number;
  eventXp: number;
  evidence: object;
}
const linesOf = (text: string): Finding[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describeOnEngines("audit", (engine) => {
  let database: FreshDatabase;
  let folder: string;
  const run = (...args: string[]) => timeback(["audit", ...args], { env: database.env });
  const findings = async (...args: string[]) => linesOf((await run("--format", "ndjson", ...args)).stdout);

  beforeAll(async () => {
    database = await freshDatabase(engine, "audit");
    folder = await prepared();
    const empty = await run();
    expect(empty).toMatchObject({
      code: 0,
      stdout: "nothing to audit: there are no facts in this scope, and none are missing\n",
      stderr: "",
    });
    const env = { TIMEBACK_HOME: folder, ...database.env };
    const load = [
      ["ingest", "events.ndjson", "leo.ndjson", "lab.ndjson"],
      ["import", "oneroster", "source"],
    ];
    for (const args of [...load, ["import", "oneroster", "leo"], ["etl", "oneroster"]])
      expect(await timeback(args, { env, cwd: folder }), args.join(" ")).toMatchObject({ code: 0 });
  });
  afterAll(() => database?.close());

  test("of everybody: the surest and worst first, then totals by kind, app and week; exit 1", async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const lines = stdout.split("\n").map((line) => line.replace(/ {2,}/g, "  "));
    expect(lines.slice(0, 4)).toEqual([
      "verdict  kind  student  date  app  XP  over by  why",
      expect.stringContaining(`confirmed  bundled-xp  ${MAYA} (maya-chen-7f21)  2025-03-01  Nice Academy  9 -> 3  6  `),
      expect.stringContaining(`confirmed  bundled-xp  ${LEO}  2025-03-10  Other App  9 -> 3  6  `),
      expect.stringContaining(`suspected  bundled-xp  ${ZOE}  2025-03-12  Lab  40  0  `),
    ]);
    expect(lines).toContain(
      "3 findings (2 confirmed, 1 suspected) in 15 facts of 5 students: 78.25 XP counted, 66.25 true",
    );
    for (const row of ["bundled-xp  3  2  12", "Nice Academy  1  1  6", "Other App  1  1  6", "Lab  1  0  0"])
      expect(lines).toContain(row);
    for (const row of ["2025-02-24  1  1  6", "2025-03-10  2  1  6"]) expect(lines).toContain(row);
  });

  test("json, ndjson and csv tell the same findings; json has the totals, the calibration and what was asked for", async () => {
    const all = await findings();
    const { code, stdout, stderr } = await run("--format", "json");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^audit: 3 findings \(2 confirmed, 1 suspected\) in 15 facts .* true; run [0-9a-f]{8}; [\d.]+ s\n$/,
    );
    const { totals, ...json } = JSON.parse(stdout);
    expect(json).toMatchObject({
      command: "audit",
      scope: { email: null, from: null, to: null, kinds: null, apps: null },
      calibration: [{ app: "Lab" }, { app: "Nice Academy" }, { app: "Other App" }],
      findings: all,
    });
    const { byKind, ...sums } = totals;
    expect(sums).toEqual({ students: 5, facts: 15, countedXp: 78.25, trueXp: 66.25, inflationXp: 12 });
    expect(byKind).toMatchObject({
      "bundled-xp": { findings: 3, inflationXp: 12 },
      "double-counted": { findings: 0, inflationXp: 0 },
    });
    const rows = parse((await run("--format", "csv")).stdout, { columns: true }) as Record<string, string>[];
    const amounts = all.map(({ id, eventXp, inflation }) => [id, String(eventXp), String(inflation)]);
    expect(rows.map(({ id, eventXp, inflation }) => [id, eventXp, inflation])).toEqual(amounts);
    expect(rows.map(({ evidence = "" }) => JSON.parse(evidence))).toEqual(all.map(({ evidence }) => evidence));
  });

  test("a student has the same findings alone as among everybody", async () => {
    const all = await findings();
    for (const [email, id] of [
      [LEO, "leo-1"],
      [ZOE, "zoe"],
      [MAYA, "maya-chen-7f21"],
    ] as const)
      expect(await findings(email)).toEqual(all.filter(({ studentId }) => studentId === id));
  });

  test("filters choose among the findings, and totals and exit code follow them", async () => {
    const students = async (...args: string[]) => (await findings(...args)).map(({ studentId }) => studentId);
    expect(await students("--app", "Other App", "--app", "Lab")).toEqual(["leo-1", "zoe"]);
    expect(await students("--from", "2025-03-02")).toEqual(["leo-1", "zoe"]);
    expect(await students("--from", "2025-03-02", "--to", "2025-03-10")).toEqual(["leo-1"]);
    expect(await students("--kind", "bundled-xp", LEO)).toEqual(["leo-1"]);
    const none = await run("--kind", "orphan-fact", "--kind", "conflict", "--format", "json");
    expect(none.code).toBe(0);
    expect(JSON.parse(none.stdout)).toMatchObject({
      scope: { kinds: ["orphan-fact", "conflict"] },
      totals: { facts: 15, inflationXp: 0, trueXp: 78.25, byKind: { "orphan-fact": { findings: 0 } } },
      findings: [],
    });
    const lab = JSON.parse((await run("--app", "Lab", "--format", "json")).stdout);
    expect(lab.totals).toMatchObject({ facts: 3, countedXp: 48.25, trueXp: 48.25 });
  });

  test("an app that no fact is of is said aloud, with the nearest ones: a gate would pass for ever", async () => {
    const { code, stderr } = await run("-q", "--app", "Nice Acadmy");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "no fact comes from app Nice Acadmy; nearest: Nice Academy, Other App, Lab\n",
    });
  });

  test.each([
    ["confirmed", ZOE, 0],
    ["probable", ZOE, 0],
    ["suspected", ZOE, 1],
    ["suspected", LEO, 1],
    ["probable", LEO, 1],
    ["none", LEO, 0],
  ])("--fail-on %s of %s: exit %i", async (verdict, email, code) => {
    expect(await run(email, "--fail-on", verdict)).toMatchObject({ code, stderr: "" });
  });

  test("of one student: what is shown, what is true, why, what to do, who needs to fix it; and the ids", async () => {
    const { stdout } = await run(LEO);
    const at = [
      `${LEO}: the dashboard shows 15 XP on 1 day, the truth is 9.`,
      `Why: Other App reported 9 XP for "Ratios: the exercise": 9 = 3 own + 5 (Ratios: the video) + 1 (Ratios: the article).`,
      "The 5 and the 1 are already counted, through results of their own.",
      "2 x 1.25 = 2.5",
      "it should count 3 instead of 9",
      "The team of Other App: send the exercise's own XP only",
      "event 370cb3ab-0c7a-4314-adef-3fcf71ef4604; banked results result_leo_video_101, result_leo_article_102",
    ].map((line) => stdout.indexOf(line));
    expect(at).not.toContain(-1);
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  test("students behind one email are told apart by their ids", async () => {
    const { code, stdout } = await run(MAYA);
    expect(code).toBe(1);
    expect(stdout).toContain(`2 students have the email ${MAYA}; each is shown by its id.\n`);
    expect(stdout).toContain("maya-2: no errors found. The dashboard shows 4.25 XP on 1 day");
    expect(stdout).toContain("maya-chen-7f21: the dashboard shows 15 XP on 1 day, the truth is 9.\n");
  });

  test("nothing found: the totals, and what was checked", async () => {
    const { code, stdout, stderr } = await run("ada@alphaschool.example");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("ada@alphaschool.example: no errors found. The dashboard shows 4 XP on 1 day");
    expect(stdout).toContain("\nChecked:\n  events that carry the banked XP of other activities\n");
    const everybody = await run("--to", "2025-02-01", "--kind", "conflict");
    expect(everybody).toMatchObject({ code: 0, stderr: "" });
    expect(everybody.stdout).toContain("nothing to audit");
  });

  test("an unknown email, an unknown kind, and days in the wrong order are calls gone wrong", async () => {
    const unknown = await run("leon@alphaschool.example");
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain(`nearest: ${LEO}`);
    expect(await run("--kind", "bundled")).toMatchObject({ code: 2, stdout: "" });
    expect(await run("--from", "2025-03-02", "--to", "2025-03-01")).toMatchObject({ code: 2, stdout: "" });
  });

  test("-q takes the summary away, not the answer; --output writes it to a file", async () => {
    const file = join(folder, "findings.ndjson");
    const quiet = await run("-q", "--format", "ndjson");
    expect(quiet).toMatchObject({ code: 1, stderr: "" });
    expect(await run("-q", "--format", "ndjson", "--output", file)).toMatchObject({ code: 1, stdout: "", stderr: "" });
    expect(await readFile(file, "utf8")).toBe(quiet.stdout);
  });

  test("it changes nothing but the run log and the stored findings, and equal data gives equal bytes", async () => {
    const stored = ["runs", "audit_runs", "findings"];
    const before = await contentsOf(database, stored);
    const first = await run("--format", "json");
    expect(await contentsOf(database, stored)).toEqual(before);
    const elsewhere = { TZ: "Pacific/Auckland", LC_ALL: "tr_TR.UTF-8", PGTZ: "Asia/Tokyo" };
    const second = await timeback(["audit", "--format", "json"], { env: { ...database.env, ...elsewhere } });
    expect(second.stdout).toBe(first.stdout);
  });

  test.runIf(engine === "postgres")("it waits for no run that writes", async () => {
    await database.session(async (query) => {
      await query("select pg_advisory_lock(5820467390177356321)");
      expect(await run("--lock-wait", "0")).toMatchObject({ code: 1, stderr: "" });
    });
  });
});
