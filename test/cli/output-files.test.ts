import { exec, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOnAnEngine } from "../support/engines.js";
import { hostileSchool, MAYA, type School } from "../support/hostile-school.js";
import { closeStores } from "../support/kept-stores.js";
import { scratchFolder } from "../support/scratch.js";
import { spawned as timeback } from "../support/timeback.js";

const OLD = "the answer of yesterday\n";
const PERMISSIONS = 0o777;

describeOnAnEngine("the file of an answer", (engine) => {
  let school: School;
  let folder: string;
  beforeAll(async () => {
    school = await hostileSchool(engine, "output");
    folder = await scratchFolder("output");
  });
  afterAll(() => school?.database.close());

  const report = (path: string, ...more: string[]) => school.run("report", "-q", "--output", path, ...more);
  const permissions = async (path: string) => ((await stat(path)).mode & PERMISSIONS).toString(8);

  test.each([
    [["ingest", "events.ndjson"]],
    [["report"]],
    [["audit", "--format", "html"]],
    [["check", "events.ndjson"]],
    [["simulate", "--out", "made"]],
  ])("that is there already stays, and nothing is done: %j", async (args) => {
    const path = join(folder, `there ${args[0]}`);
    await writeFile(path, OLD);
    const before = await school.database.query("select count(*) from timeback.runs");
    expect(await school.run(...args, "--output", path)).toEqual({
      ...{ code: 2, signal: null, stdout: "" },
      stderr: `timeback: ${path} already exists; use --force to overwrite it (nothing was done)\n`,
    });
    expect(await readFile(path, "utf8")).toBe(OLD);
    expect(await school.database.query("select count(*) from timeback.runs")).toEqual(before);
    expect(await readdir(school.folder)).not.toContain("made");
  });

  test.skipIf(!existsSync("/dev/shm"))("is a file below /dev too, where it is one", async () => {
    const path = join("/dev/shm", `timeback-${process.pid}.txt`);
    await writeFile(path, OLD);
    try {
      expect(await report(path)).toMatchObject({ code: 2, stdout: "" });
      expect(await readFile(path, "utf8")).toBe(OLD);
    } finally {
      await rm(path);
    }
  });

  test("is replaced with --force, keeps its permissions, and leaves nothing beside it", async () => {
    const here = await scratchFolder("force");
    const path = join(here, "report.txt");
    await writeFile(path, OLD);
    await chmod(path, 0o664);
    await symlink("report.txt", join(here, "link"));
    expect(await report(join(here, "link"), "--force")).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(await readFile(path, "utf8")).toContain(MAYA);
    expect(await permissions(path)).toBe("664");
    expect((await readdir(here)).sort()).toEqual(["link", "report.txt"]);
  });

  test("stays as it was when the run fails, with --force too; a new one does not appear", async () => {
    const here = await scratchFolder("fails");
    await writeFile(join(here, "old"), OLD);
    for (const [name, code] of [
      ["old", 2],
      ["new", 2],
    ] as const)
      expect(await school.run("facts", "nobody@school.example", "--force", "--output", join(here, name))).toMatchObject(
        { code },
      );
    const url = "postgres://127.0.0.1:1/app";
    for (const name of ["old", "new"])
      expect(await school.run("facts", "--force", "--database-url", url, "--output", join(here, name))).toMatchObject({
        code: 3,
      });
    expect(await readFile(join(here, "old"), "utf8")).toBe(OLD);
    expect(await readdir(here)).toEqual(["old"]);
  });

  test("that is a device, a pipe or standard output is written to as it is", async () => {
    expect(await report("/dev/null")).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const { stdout: answer } = await school.run("report");
    const env = { PATH: process.env.PATH, ...school.database.env };
    const command = `"${process.execPath}" bin/timeback.js report -q --output /dev/stdout`;
    await closeStores();
    const { stdout } = await promisify(exec)(`${command} | cat; ${command} > "${folder}/into"`, { env });
    expect(stdout).toBe(answer);
    expect(await readFile(join(folder, "into"), "utf8")).toBe(answer);
    const fifo = join(folder, "fifo");
    await once(spawn("mkfifo", [fifo]), "exit");
    const reader = readFile(fifo, "utf8");
    expect(await report(fifo)).toMatchObject({ code: 0, stdout: "" });
    expect(await reader).toBe(answer);
  });

  test("is its owner's alone where it holds records as they came; the others follow the umask", async () => {
    const { rejects } = JSON.parse((await school.run("rejects", "list", "--format", "json")).stdout) as {
      rejects: { id: string }[];
    };
    const { findings } = JSON.parse((await school.run("audit", MAYA, "--format", "json")).stdout) as {
      findings: { id: string; kind: string }[];
    };
    const bundled = findings.find(({ kind }) => kind === "bundled-xp")?.id ?? "";
    const at = (name: string) => join(folder, name);
    await writeFile(at("show"), OLD);
    for (const args of [
      ["rejects", "list", "--output", at("list")],
      ["rejects", "show", rejects[0]?.id ?? "", "--output", at("show"), "--force"],
      ["audit", "show", bundled, "--bundle", at("bundle"), "--output", at("finding")],
      ["report", "--output", at("report")],
    ])
      expect(await school.run(...args, "-q"), args.join(" ")).toMatchObject({ code: 0 });
    for (const name of ["list", "show", "bundle", "finding"]) expect(await permissions(at(name)), name).toBe("600");
    expect(await permissions(at("report"))).toBe((0o666 & ~process.umask()).toString(8));
    const again = await school.run("audit", "show", bundled, "--bundle", at("bundle"));
    expect(again).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("--force") });
  });
});

test("a data directory that timeback makes is its owner's alone, one that is there stays as it is", async () => {
  const cwd = await scratchFolder("homes");
  await mkdir(join(cwd, "there"), { mode: 0o755 });
  for (const home of ["made", "there"])
    expect(await timeback(["db", "status", "--data-dir", home], { cwd })).toMatchObject({ code: 0 });
  const permissions = async (name: string) => ((await stat(join(cwd, name))).mode & PERMISSIONS).toString(8);
  expect(await permissions("made")).toBe("700");
  expect(await permissions("there")).toBe("755");
  expect(await permissions("there/pgdata")).toBe("700");
});
