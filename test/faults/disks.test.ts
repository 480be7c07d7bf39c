import { spawn, spawnSync } from "node:child_process";
import { appendFile, cp, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyOf, databaseIn, engines, type FreshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { type Run, spawned as timeback } from "../support/timeback.js";
import { expectDoneOrExplained } from "./disturbed.js";
import { chance, points, record } from "./form.js";
import { smallDisk } from "./small-disk.js";
import { lendCopy, type Stage, Stages } from "./stages.js";
import { stateOf } from "./state.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const hasPglite = engines.some(({ name, available }) => name === "pglite" && available);
const binary = fileURLToPath(new URL("../../bin/timeback.js", import.meta.url));
const MEBIBYTE = 1 << 20;

/** What a shell makes of a command line with the binary in it, as `$timeback`. */
function shell(line: string, env: Record<string, string>): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-o", "pipefail", "-c", line], {
      env: { PATH: process.env.PATH, timeback: `${process.execPath} ${binary}`, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

describe.skipIf(!hasPglite)("a data disk that is full [pglite]", () => {
  test("exit 3 and what was committed is kept; a rerun with more room continues", async () => {
    const stages = await Stages.open("pglite", 12_500);
    const disk = await smallDisk(2048 * MEBIBYTE);
    try {
      if (!disk) return;
      const stage = await stages.ingest();
      const calm = await lendCopy(stage, async (database) => {
        await timeback(stage.args, database);
        return stateOf(database);
      });
      const random = chance("full disk");
      const codes: Record<string, number> = {};
      const count = points(1, 15);
      for (let n = 0; n < count; n += 1) {
        const database = await onDisk(stage, disk.folder);
        const used = Number(spawnSync("du", ["-sb", disk.folder], { encoding: "utf8" }).stdout.split("\t")[0]);
        const room = Math.round(random() * 40 * MEBIBYTE);
        disk.resize(used + room);
        const run = await timeback(stage.args, database);
        expectDoneOrExplained(run, `${room} bytes left`);
        if (run.code === 3) expect(run.stderr).toMatch(/disk full|No space left|disk is full/);
        else expect(run.stdout, "exit 0 and 1 are of runs that were done").toContain(" records in 1 files: ");
        codes[String(run.code)] = (codes[String(run.code)] ?? 0) + 1;
        disk.resize(2048 * MEBIBYTE);
        const again = await timeback(stage.args, database);
        expect(again.code, again.stderr).toBeLessThanOrEqual(1);
        expect(await stateOf(database), `${room} bytes left`).toEqual(calm);
        await database.close();
      }
      record("full data disk (embedded)", { points: count, codes });
    } finally {
      disk?.close();
      await stages.close();
    }
  });
});

/** A copy of what the stage begins with, on this disk. */
async function onDisk(stage: Stage, folder: string): Promise<FreshDatabase> {
  const copy = await copyOf(stage.before, "full disk");
  const home = join(folder, "home");
  await cp(String(copy.dataDir), home, { recursive: true });
  await copy.close();
  return databaseIn(home);
}

describe.skipIf(!hasPostgres)("outputs and inputs", () => {
  let stages: Stages;
  let whole: FreshDatabase;
  beforeAll(async () => {
    stages = await Stages.open("postgres", 11_000);
    whole = await copyOf((await stages.repair()).before, "outputs");
  });
  afterAll(async () => {
    await whole.close();
    await stages.close();
  });

  test.skipIf(process.platform !== "linux")("standard output and error that cannot be written", async () => {
    for (const command of [
      "report",
      "facts --format ndjson",
      "audit --fail-on none",
      "recompute --dry-run",
      "--help",
    ]) {
      const full = await shell(`$timeback ${command} > /dev/full`, whole.env);
      expect(full, `${command} > /dev/full`).toMatchObject({ code: 3, signal: null });
      expect(full.stderr, command).toMatch(/^timeback: standard output cannot be written: .*ENOSPC.*\n$/);
      const head = await shell(`$timeback ${command} | head -1`, whole.env);
      expect(head, `${command} | head -1`).toMatchObject({ code: 0, stderr: "" });
      expect(head.stdout.split("\n").length).toBeLessThanOrEqual(2);
      const mute = await shell(`$timeback ${command} 2> /dev/full`, whole.env);
      expect(mute.code, `${command} 2> /dev/full`).toBe(0);
    }
    const fault = await shell("$timeback report nobody@nowhere.example 2> /dev/full", whole.env);
    expect(fault.code, "a fault keeps its code, also where it cannot be told").toBe(2);
    const both = await shell("$timeback ingest nowhere.ndjson 2>&1 | true", whole.env);
    expect(both.code).toBe(2);
    record("outputs: /dev/full, head -1", { points: 5 * 3 + 2 });
  });

  test("an output on a full disk", async () => {
    const disk = await smallDisk(4096);
    if (!disk) return;
    try {
      const run = await timeback(["report", "--output", join(disk.folder, "report.csv"), "--format", "csv"], whole);
      expect(run).toMatchObject({ code: 3, stdout: "" });
      expect(run.stderr).toMatch(/^timeback: .+report.csv cannot be written: ENOSPC.+ is kept\n$/);
    } finally {
      disk.close();
    }
  });

  test("a file that grows, and one that is replaced, while it is read: a rerun comes to all of it", async () => {
    const lines = (await readFile(stages.events, "utf8"))
      .split("\n")
      .filter((line) => line !== "" && line !== "not json");
    const file = join(await scratchFolder("grows"), "events.ndjson");
    const half = Math.floor(lines.length / 2);
    const stage = { ...(await stages.ingest()), args: ["ingest", file] };
    const calm = await lendCopy(stage, async (database) => {
      await writeFile(file, `${lines.join("\n")}\n`);
      await timeback(stage.args, database);
      return stateOf(database);
    });
    for (const way of ["grows", "is replaced"])
      await lendCopy(stage, async (database) => {
        await writeFile(file, `${lines.slice(0, half).join("\n")}\n`);
        const run = timeback(stage.args, database);
        if (way === "grows")
          for (let n = half; n < lines.length; n += 1000) {
            await appendFile(file, `${lines.slice(n, n + 1000).join("\n")}\n`);
            await sleep(30);
          }
        else {
          await sleep(300);
          await writeFile(`${file}.new`, `${lines.join("\n")}\n`);
          await rename(`${file}.new`, file);
        }
        expect((await run).code, (await run).stderr).toBeLessThanOrEqual(1);
        expect((await timeback(stage.args, database)).code).toBeLessThanOrEqual(1);
        expect(await stateOf(database), way).toEqual(calm);
      });
    record("a file that grows or is replaced", { points: 2 });
  });

  test("a line that is torn is rejected, and landed when the file is whole", async () => {
    const stage = await stages.ingest();
    const file = join(await scratchFolder("torn"), "events.ndjson");
    const text = (await readFile(join(stages.population.folder, "events.ndjson"), "utf8")).trimEnd();
    await lendCopy(stage, async (database) => {
      await writeFile(file, text.slice(0, -100));
      expect((await timeback(["ingest", file], database)).stderr).toContain("1 records newly rejected");
      await writeFile(file, text);
      expect((await timeback(["ingest", file], database)).code).toBeLessThanOrEqual(1);
      const torn = (await stateOf(database)).find((line) => line.startsWith("facts_checksum"));
      const calm = await lendCopy(stage, async (other) => {
        await timeback(["ingest", file], other);
        return stateOf(other);
      });
      expect(calm).toContain(torn);
    });
  });

  test("a FIFO that stalls and goes on loses nothing", async () => {
    const stage = await stages.ingest();
    const fifo = join(await scratchFolder("stalls"), "fifo");
    spawnSync("mkfifo", [fifo]);
    const bytes = await readFile(stages.events);
    const checksum = (lines: string[]) =>
      lines.filter((line) => /^(facts_checksum|caliper_(events|actors))/.test(line));
    const calm = await lendCopy(stage, async (database) => {
      await timeback(stage.args, database);
      return checksum(await stateOf(database));
    });
    await lendCopy(stage, async (database) => {
      const run = timeback(["ingest", fifo], database);
      const cut = Math.floor(bytes.length / 3);
      const halves = `(head -c ${cut} "$1"; sleep 2; tail -c +${cut + 1} "$1") > "$2"`;
      const writer = spawn("sh", ["-c", halves, "sh", stages.events, fifo]);
      await new Promise((resolve) => writer.on("close", resolve));
      expect((await run).code, (await run).stderr).toBeLessThanOrEqual(1);
      expect(checksum(await stateOf(database))).toEqual(calm);
    });
  });
});
