import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SaxesParser } from "saxes";
import { describe, expect, test } from "vitest";
import { BUNDLE, EVENTS, exercise, fileOf, fixture, RESOURCES, RESULTS } from "../support/check-desk.js";
import { scratchFolder } from "../support/scratch.js";
import { timeback } from "../support/timeback.js";

describe("forms and exits", () => {
  const ALL = [EVENTS, "--results", RESULTS, "--resources", RESOURCES];

  test("csv has the members of ndjson as columns, the table the address and the sum", async () => {
    const csv = await timeback(["check", ...ALL, "--format", "csv", "-q"]);
    expect(csv.stdout.split("\n")[0]).toBe("file,line,check,verdict,code,reason,eventId,studentId,xp,arithmetic");
    const table = await timeback(["check", ...ALL]);
    expect(table.stdout).toContain(`${EVENTS}:`);
    expect(table.stdout).toContain("9 = 3 own + 5 (Ratios: the video) + 1 (Ratios: the article)");
    expect(table).toMatchObject({ code: 1, stderr: "" });
  });

  test("junit is well-formed, has a case for each check and student, and fails where a finding does", async () => {
    const evil = await fileOf(exercise(1, 3), '{"\u0001<&\ufffe');
    const { code, stdout, stderr } = await timeback(["check", ...ALL, evil, "--format", "junit", "-q"]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const cases: Record<string, string[]> = {};
    const failures: string[] = [];
    const parser = new SaxesParser();
    parser.on("error", (error) => {
      throw error;
    });
    parser.on("opentag", ({ name, attributes }) => {
      const suite = String(attributes.classname);
      if (name === "testcase") cases[suite] = [...(cases[suite] ?? []), String(attributes.name)];
      if (name === "failure") failures.push(String(attributes.message));
    });
    parser.write(stdout).close();
    const students = ["maya", "maya-chen-7f21"];
    expect(cases).toEqual({
      schema: [EVENTS, evil],
      conflict: students,
      "duplicate-event": students,
      "bundled-xp": students,
    });
    expect(failures).toHaveLength(2);
    expect(failures[0]).toContain(`${evil}:2: `);
    expect(failures[1]).toContain(`event ${BUNDLE}: 9 = 3 own + 5`);
    const none = await timeback(["check", ...ALL, "--format", "junit", "--fail-on", "none"]);
    expect(none).toMatchObject({ code: 0 });
    expect(none.stdout).not.toContain("<failure");
    expect(none.stdout).toContain("<system-out>confirmed: ");
  });

  test("without evidence the suite of bundled XP is skipped, not passed", async () => {
    const { stdout } = await timeback(["check", EVENTS, "--format", "junit"]);
    expect(stdout).toContain('<testsuite name="bundled-xp" tests="1" failures="0" errors="0" skipped="1">');
  });

  test.each([
    ["a missing file", ["nowhere.ndjson"], 2],
    ["no file", [], 2],
    ["an unknown verdict", [EVENTS, "--fail-on", "maybe"], 2],
    ["missing evidence", [EVENTS, "--results", "nowhere.csv"], 2],
    ["evidence with another header", [EVENTS, "--results", fixture("era-guide-bug/source/users.csv")], 0],
    ["a database flag", [EVENTS, "--database-url", "postgres://x"], 2],
  ])("%s", async (_, args, code) => {
    expect((await timeback(["check", "-q", ...args])).code).toBe(code);
  });

  test("a table without its columns cannot be evidence: exit 3; a row that cannot be read is named and costs itself", async () => {
    const folder = await scratchFolder();
    const broken = join(folder, "results.csv");
    await writeFile(broken, "a,b\n1,2\n");
    expect(await timeback(["check", EVENTS, "--results", broken])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("its header has neither sourcedId"),
    });
    const rows = join(folder, "assessment_results.csv");
    await writeFile(rows, `${await readFile(RESULTS, "utf8")}too,short\n`);
    const run = await timeback(["check", EVENTS, "-q", "--results", rows, "--resources", RESOURCES]);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining(`${rows}:4: not read: the row has 2 cells`) });
  });

  test("no database is opened: a broken setting of one changes nothing, and no folder appears", async () => {
    const folder = await scratchFolder();
    const env = { DATABASE_URL: "postgres://127.0.0.1:1/none", TIMEBACK_HOME: join(folder, "home") };
    expect((await timeback(["check", "-q", ...ALL], { env, cwd: folder })).code).toBe(1);
    await expect(readFile(join(folder, "home"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
