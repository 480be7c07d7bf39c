import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sealed } from "../../src/pipelines/audit/evidence/file.js";
import { contentsOf } from "../support/contents.js";
import { describeOnEngines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback } from "../support/timeback.js";

const fixture = fileURLToPath(new URL("../../fixtures/era-guide-bug/", import.meta.url));
const ARITHMETIC = "9 = 3 own + 5 (Ratios: the video) + 1 (Ratios: the article)";
/** Nothing answers there: what needs a database fails. */
const NO_DATABASE = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };

type Json = ReturnType<typeof JSON.parse>;

/** Changes an evidence file and gives it hashes that fit. */
function forged(text: string, change: (file: Json) => void): string {
  const file = JSON.parse(text);
  change(file);
  const { finding, hashes: _, format: __, ...parts } = file;
  return sealed(parts, JSON.stringify(finding));
}

const FORGERIES: readonly (readonly [title: string, change: (file: Json) => void, difference: string])[] = [
  [
    "the event's XP",
    ({ raw: { events } }) => {
      events[0].payload = events[0].payload.replace('"value":9', '"value":8');
    },
    'xp of event 270cb3ab-0c7a-4314-adef-3fcf71ef4604 is "9", the raw rows say "8"',
  ],
  [
    "the XP of a result",
    ({ raw: { results } }) => {
      results[1].readings[0].xp = "4";
    },
    'xp of result nice_result_maya_video_101 is "5", the raw rows say "4"',
  ],
  [
    "why the result has XP",
    ({ raw: { results } }) => {
      results[1].readings[0].xpReason = "Extra work";
    },
    "banked of result nice_result_maya_video_101 is true, the raw rows say false",
  ],
  [
    "when it was banked",
    ({ raw: { results }, judged: { suspects } }) => {
      results[1].readings[0].completedAt = "2025-03-01T10:21:02.301Z";
      suspects[0].near.ats[0] = "2025-03-01T10:21:02.301Z";
    },
    'window of result nice_result_maya_video_101 is "hosted", the raw rows say "outside of it"',
  ],
  [
    "the base XP",
    ({ raw: { resources } }) => {
      resources[1].xp = "7";
    },
    'base of event 270cb3ab-0c7a-4314-adef-3fcf71ef4604 is "2", the raw rows say "7"',
  ],
  [
    "what the fact counts",
    ({ raw: { facts } }) => {
      facts[0].xpEarned = "3";
    },
    'counted of event 270cb3ab-0c7a-4314-adef-3fcf71ef4604 is "9", the raw rows say "3"',
  ],
  [
    "which results stand in facts",
    ({ raw: { facts } }) => {
      facts.pop();
    },
    "no fact of raw.facts counts the result nice_result_maya_video_101",
  ],
  [
    "how the app pays",
    ({ calibration }) => {
      calibration[0].quiet = [{ formulas: [], events: 40 }];
    },
    "judged again, there is no claim about event 270cb3ab-0c7a-4314-adef-3fcf71ef4604",
  ],
  [
    "the verdict",
    ({ finding }) => {
      finding.verdict = "suspected";
    },
    'finding.verdict: the file says "suspected", judged again it is "confirmed"',
  ],
  [
    "the inflation",
    ({ finding }) => {
      finding.inflation = 5;
    },
    "finding.inflation: the file says 5, judged again it is 6",
  ],
  [
    "the rules",
    (file) => {
      file.ruleVersion = "0";
    },
    "ruleVersion: the file was judged by rules 0",
  ],
];

describeOnEngines("the evidence of a finding", (engine) => {
  let database: FreshDatabase;
  let folder: string;
  let id: string;
  let file: string;
  const run = (...args: string[]) => timeback(args, { env: database.env, cwd: folder });
  const verify = (...args: string[]) => timeback(["audit", "verify", ...args], { env: NO_DATABASE, cwd: folder });

  beforeAll(async () => {
    database = await freshDatabase(engine, "evidence");
    folder = await scratchFolder("evidence");
    expect(await run("ingest", "-q", join(fixture, "events.ndjson"))).toMatchObject({ code: 0 });
    expect(await run("import", "oneroster", "-q", join(fixture, "source"))).toMatchObject({ code: 0 });
    expect(await run("etl", "oneroster", "-q")).toMatchObject({ code: 0 });
    const { stdout } = await run("audit", "-q", "--no-save", "--format", "ndjson");
    id = JSON.parse(stdout).id;
  }, 120_000);
  afterAll(() => database?.close());

  test("show: the claim, its readings, the calibration, every reading of its results, the event as it came", async () => {
    const before = await contentsOf(database);
    const { code, stdout, stderr } = await run("audit", "show", id.slice(0, 6).toUpperCase());
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = (await readFile(join(fixture, "events.ndjson"), "utf8")).split("\n").filter(Boolean);
    const events = lines.flatMap((line) => JSON.parse(line).data ?? [JSON.parse(line)]);
    const payload = JSON.stringify(
      events.find((event) => event.id === "urn:uuid:270cb3ab-0c7a-4314-adef-3fcf71ef4604"),
    );
    for (const line of [
      `confirmed bundled-xp, finding ${id}`,
      "Not stored: found by a new audit.",
      "9 XP counted, 3 true, over by 6.",
      "Own XP: 2 x 1.25 = 2.5, rounded to 3 (multiplier-table).",
      "Nice Academy appears to pay base XP times the multiplier",
      `  ${ARITHMETIC}\n`,
      "    1. 2025-03-01T10:20:02.310Z: 5 XP, Banked XP, score date 2025-03-01T10:05:00.000Z, completed 2025-03-01T10:20:02.301Z",
      "2025-03-01 caliper:event:270cb3ab-0c7a-4314-adef-3fcf71ef4604: 9 XP from the event",
      `  ${payload}\n`,
    ])
      expect(stdout).toContain(line);
    expect(await contentsOf(database)).toEqual(before);
    const json = JSON.parse((await run("audit", "show", id, "--format", "json")).stdout);
    expect(json).toMatchObject({ command: "audit show", stored: null, finding: { id }, readings: [ARITHMETIC] });
    expect(json.raw.events).toMatchObject([{ studentId: "maya-chen-7f21", payload }]);
    expect(json.raw.results).toMatchObject([{ readings: [{ xp: "1" }] }, { readings: [{ xp: "5" }] }]);
  });

  test("stored: shown from there, with the audits that have it", async () => {
    await run("audit", "-q");
    const { stdout } = await run("audit", "show", id);
    expect(stdout).toMatch(/^First found by audit [0-9a-f]{8} \(.*Z\), still open in audit [0-9a-f]{8} \(/m);
    const [{ found } = { found: "" }] = await database.query("select finding_id as found from timeback.findings");
    expect(found).toBe(id);
  });

  test("an unknown finding is a call gone wrong", async () => {
    const unknown = await run("audit", "show", "ffff00");
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain("no finding ffff00");
  });

  test("the bundle is verified without a database, byte for byte; equal data gives equal bytes", async () => {
    const shown = await run("audit", "show", id, "--bundle", "evidence.json");
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stderr).toContain("timeback audit verify evidence.json");
    file = await readFile(join(folder, "evidence.json"), "utf8");
    expect(await verify("evidence.json")).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(
        /^verified: confirmed, .*, byte for byte\nfinding [0-9a-f]{16}, fingerprint [0-9a-f]{64}\n$/,
      ),
    });
    const json = JSON.parse((await verify("evidence.json", "--format", "json")).stdout);
    expect(json).toMatchObject({
      verified: true,
      findingId: id,
      verdict: "confirmed",
      arithmetic: ARITHMETIC,
      difference: null,
    });
    expect(await run("audit", "show", id, "-q", "--bundle", "again.json")).toMatchObject({ code: 0, stderr: "" });
    expect(await readFile(join(folder, "again.json"), "utf8")).toBe(file);
    expect(forged(file, () => {})).toBe(file);
  });

  test("a changed byte is found, in whichever part", async () => {
    const lines = file.split("\n").filter((line) => line.startsWith('"'));
    for (const line of lines) {
      const part = /^"(\w+)"/.exec(line)?.[1] ?? "";
      const changed = line.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10));
      expect(changed).not.toBe(line);
      await writeFile(join(folder, "changed.json"), file.replace(line, changed));
      expect(await verify("changed.json"), part).toMatchObject({
        code: 1,
        stdout: expect.stringContaining("not verified: "),
      });
    }
    for (const text of ["", "{}", "[]", file.slice(0, -40)]) {
      await writeFile(join(folder, "broken.json"), text);
      expect(await verify("broken.json"), text.slice(0, 9)).toMatchObject({ code: 1, stderr: "" });
    }
    expect(await verify("missing.json")).toMatchObject({ code: 2, stdout: "" });
  });

  test.each(FORGERIES)("hashes that fit do not hide a change of %s", async (_title, change, difference) => {
    await writeFile(join(folder, "forged.json"), forged(file, change));
    const { code, stdout } = await verify("forged.json");
    expect(stdout).toContain(difference);
    expect(code).toBe(1);
  });

  test("what the audit does not find any more is shown as it was, and proves nothing", async () => {
    expect(await run("repair", "maya.chen@alphaschool.example", "--yes", "-q")).toMatchObject({ code: 0 });
    await run("audit", "-q");
    expect((await run("audit", "show", id)).stdout).toContain(", fixed since; last in audit ");
    const gone = await run("audit", "show", id, "--bundle", "gone.json");
    expect(gone).toMatchObject({ code: 3, stdout: "" });
    expect(gone.stderr).toContain("there is nothing to prove");
  });
});
