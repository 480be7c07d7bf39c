import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { engines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { startTimeback, spawned as timeback, spawnedJson as timebackJson } from "../support/timeback.js";
import { until } from "../support/until.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const hasPglite = engines.some(({ name, available }) => name === "pglite" && available);
const event = (n: number) =>
  `${JSON.stringify(activity({ id: `7d1f4c2e-0000-4000-8000-${String(n).padStart(12, "0")}` }))}\n`;
const SINCE = /since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z/;

/** Starts an ingest that holds the lock until `finish` gives it its input. */
async function startHolder({ env }: FreshDatabase) {
  const { child, ended } = await startTimeback(["ingest", "-", "--format", "json"], { env, keepInputOpen: true });
  return { pid: child.pid, kill: () => child.kill("SIGKILL"), finish: () => child.stdin?.end(event(1)), ended };
}

describe.skipIf(!hasPostgres)("two runs at once on PostgreSQL", () => {
  test("a run whose first connection has died still keeps others out while its second one is at work", async () => {
    const database = await freshDatabase("postgres", "locks");
    try {
      await timeback(["db", "migrate"], database);
      const fifty = Array.from({ length: 50 }, (_, n) => event(n)).join("");
      const env = { ...database.env, TIMEBACK_POOL_MAX: "2" };
      const holder = await startTimeback(["ingest", "-"], { env, keepInputOpen: true });
      holder.child.stdin?.write(fifty);
      // By connection: while the first one starts the run, it holds both locks for a moment.
      const held = `select l.pid, min(l.objid::bigint) as lock from pg_locks l where l.locktype = 'advisory' and l.granted
        and l.database = (select oid from pg_database where datname = current_database()) group by l.pid`;
      await until(async () => (await database.query(held)).length === 2);
      holder.child.kill("SIGSTOP"); // it hears nothing of its loss
      // The lock of the run itself has the lower number.
      await database.query(`select pg_terminate_backend(pid) from (${held} order by lock limit 1) first`);
      await until(async () => (await database.query(held)).length === 1);
      const refused = await timeback(["recompute", "--lock-wait", "0"], database);
      expect(refused).toMatchObject({ code: 75 });
      expect(refused.stderr).toContain(`pid ${holder.child.pid}`);
      holder.child.kill("SIGKILL");
      await holder.ended;
    } finally {
      await database.close();
    }
  });

  test("the second one exits with 75 and names the first, or waits for it; a reader does neither", async () => {
    const database = await freshDatabase("postgres", "locks");
    try {
      await timeback(["db", "migrate"], database);
      const holder = await startHolder(database);
      await until(async () => (await database.query("select from timeback.runs where command = 'ingest'")).length > 0);

      for (const args of [
        ["ingest", "-"],
        ["etl", "oneroster"],
        ["recompute", "--dry-run"],
      ]) {
        const refused = await timeback([...args, "--lock-wait", "0"], database);
        expect(refused, args.join(" ")).toMatchObject({ code: 75, stdout: "" });
        expect(refused.stderr).toMatch(
          /^timeback: another run holds the lock \([^\n]+\); wait for it, or give --lock-wait <seconds>\n$/,
        );
        expect(refused.stderr).toContain(`timeback ingest, host ${hostname()}, pid ${holder.pid}, since `);
        expect(refused.stderr).toMatch(SINCE);
      }
      expect(await timeback(["report"], database)).toMatchObject({ code: 0 });
      expect(await timeback(["db", "status"], database)).toMatchObject({ code: 0 });
      expect(
        await database.query("select command from timeback.runs where command <> 'db migrate'"),
        "who did not get the lock did nothing",
      ).toEqual([{ command: "ingest" }]);

      const waiting = timebackJson(["ingest", "-", "--format", "json", "--lock-wait", "60"], {
        env: database.env,
        input: event(1),
      });
      await until(
        async () =>
          (
            await database.query(
              `select from pg_stat_activity where datname = current_database() and application_name like 'timeback %' and query like '%pg_try_advisory_lock%'`,
            )
          ).length > 0,
      );
      holder.finish();
      expect(JSON.parse((await holder.ended).stdout)).toMatchObject({ stored: 1, duplicates: 0 });
      expect(await waiting).toMatchObject({ stored: 0, duplicates: 1 });
    } finally {
      await database.close();
    }
  });

  test("the lock of a killed run is free at once", async () => {
    const database = await freshDatabase("postgres", "killed holder");
    try {
      await timeback(["db", "migrate"], database);
      const holder = await startHolder(database);
      await until(async () => (await database.query("select from timeback.runs where command = 'ingest'")).length > 0);
      holder.kill();
      await holder.ended;
      expect(await timeback(["ingest", "-"], { env: database.env, input: event(1) })).toMatchObject({
        code: 0,
        stderr: "",
      });
      const runs = await database.query(
        "select outcome from timeback.runs where command = 'ingest' order by started_at",
      );
      expect(runs, "the run log shows which one never ended").toEqual([{ outcome: null }, { outcome: "done" }]);
    } finally {
      await database.close();
    }
  });
});

describe.skipIf(!hasPglite)("two runs at once on the embedded database", () => {
  test("the second one exits with 75 and names the first, waits for it, or takes over when it is dead", async () => {
    const database = await freshDatabase("pglite", "locks");
    const lock = join(String(database.dataDir), "pgdata.lock");
    const isHeld = async () => (await readdir(String(database.dataDir))).includes("pgdata.lock");
    try {
      const holder = await startHolder(database);
      await until(isHeld);
      const refused = await timeback(["report", "--lock-wait", "0"], database);
      expect(refused).toMatchObject({ code: 75, stdout: "" });
      expect(refused.stderr).toMatch(/^timeback: another run holds the embedded database \([^\n]+\n$/);
      expect(refused.stderr).toContain(`timeback ingest, host ${hostname()}, pid ${holder.pid}, since `);
      expect(refused.stderr).toMatch(SINCE);
      expect(refused.stderr).toContain(`remove ${lock}`);

      const waiting = timebackJson(["ingest", "-", "--format", "json"], { env: database.env, input: event(1) });
      holder.finish();
      expect(JSON.parse((await holder.ended).stdout)).toMatchObject({ stored: 1, duplicates: 0 });
      expect(await waiting).toMatchObject({ stored: 0, duplicates: 1 });
      expect(await isHeld(), "whoever ends frees the lock").toBe(false);

      const victim = await startHolder(database);
      await until(isHeld);
      victim.kill();
      await victim.ended;
      expect(await isHeld()).toBe(true);
      const after = await timebackJson(["ingest", "-", "--format", "json", "--lock-wait", "0"], {
        env: database.env,
        input: event(1),
      });
      expect(after).toMatchObject({ duplicates: 1 });
      expect(await isHeld()).toBe(false);
    } finally {
      await database.close();
    }
  });

  test("a lock is taken over from a dead process and from a reused pid, and never from another host", async () => {
    const home = await scratchFolder("lock");
    const lock = join(home, "pgdata.lock");
    const held = (changes: object) =>
      writeFile(
        lock,
        JSON.stringify({
          pid: process.pid,
          start: null,
          host: hostname(),
          token: "t",
          command: "ingest",
          since: "2025-03-01T00:00:00.000Z",
          ...changes,
        }),
      );
    const status = () => timeback(["db", "status", "--data-dir", home, "--lock-wait", "0"]);

    await held({ host: "elsewhere", pid: 1 });
    expect(await status()).toMatchObject({
      code: 75,
      stderr: expect.stringContaining("timeback ingest, host elsewhere, pid 1, since 2025-03-01T00:00:00.000Z"),
    });
    expect(await readFile(lock, "utf8")).toContain("elsewhere");
    await writeFile(lock, "");
    expect(await status()).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /^timeback: the lock .+pgdata.lock cannot be read \(.+\): where no other timeback runs, remove it\n$/,
      ),
    });
    await held({});
    expect(await status(), "this very process lives").toMatchObject({ code: 75 });

    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    await held({ pid });
    expect(await status(), "that process is gone").toMatchObject({ code: 0, stderr: "" });
    if (process.platform !== "linux") return;
    await held({ start: "1" });
    expect(await status(), "this pid once was another process").toMatchObject({ code: 0, stderr: "" });
  });
});
