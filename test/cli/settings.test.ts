import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { contentsOf } from "../support/contents.js";
import { describeOnEngines, type EngineName, engines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { startTimeback, timeback, timebackJson } from "../support/timeback.js";
import { until } from "../support/until.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const RUN_LOCK = "5820467390177356321";
/** One in the evening in Chicago, and the next day in UTC. */
const EVENING = activity({ eventTime: "2025-03-02T01:00:00Z", id: "7d1f4c2e-0000-4000-8000-000000000001" });
const input = `${JSON.stringify(EVENING)}\n`;
const refusal = (key: string, stored: string, asked: string) =>
  `timeback: this database makes facts with ${key}=${stored}, the run asks for ${asked}: change it with \`timeback recompute --set ${key}=${asked}\`\n`;

async function onDatabase(
  engine: EngineName,
  work: (database: FreshDatabase, cwd: string) => Promise<void>,
): Promise<void> {
  const database = await freshDatabase(engine, "settings");
  try {
    await work(database, await scratchFolder("settings"));
  } finally {
    await database.close();
  }
}

const stored = async ({ query }: FreshDatabase) =>
  Object.fromEntries(
    (await query("select key, value from timeback.settings order by key")).map(({ key, value }) => [key, value]),
  );
const days = async ({ query }: FreshDatabase) =>
  (await query("select date, time_zone from timeback.processed_facts")).map(
    ({ date, time_zone }) => `${date} ${time_zone}`,
  );

describeOnEngines("settings that shape facts", (engine) => {
  test("the first run stores them, another value is refused, recompute --set changes them and the facts", () =>
    onDatabase(engine, async (database) => {
      const { env } = database;
      expect(await timeback(["ingest", "-", "--zone", "America/Chicago"], { env, input })).toMatchObject({ code: 0 });
      expect(await stored(database)).toMatchObject({
        zone: "America/Chicago",
        "link-window": "86400",
        "test-users": "exclude",
      });
      expect(await days(database)).toEqual(["2025-03-01 America/Chicago"]);

      const before = await contentsOf(database);
      const refused = await timeback(["ingest", "-"], { env: { ...env, TIMEBACK_ZONE: "UTC" }, input });
      expect(refused).toEqual({
        code: 2,
        signal: null,
        stdout: "",
        stderr: refusal("zone", "America/Chicago", "UTC"),
      });
      expect(await contentsOf(database), "nothing was done").toEqual(before);

      const plan = ["recompute", "--format", "json", "--set", "zone=UTC", "--set", "link-window=3600"];
      expect(await timebackJson([...plan, "--dry-run"], { env })).toMatchObject({
        dryRun: true,
        facts: { updated: 1 },
      });
      expect(await contentsOf(database), "a plan stores no setting").toEqual(before);
      expect(await timebackJson(plan, { env })).toMatchObject({ facts: { inserted: 0, updated: 1, deleted: 0 } });
      expect(await stored(database)).toMatchObject({ zone: "UTC", "link-window": "3600", "test-users": "exclude" });
      expect(await days(database)).toEqual(["2025-03-02 UTC"]);
      const asBefore = await timeback(["ingest", "-", "--zone", "UTC", "--link-window", "3600"], { env, input });
      expect(asBefore, "the stored values may be asked for").toMatchObject({
        code: 0,
        stdout: expect.stringContaining("1 duplicates"),
      });
    }));
});

describe.skipIf(!hasPostgres)("settings that shape facts", () => {
  test("etl and ingest refuse alike, whatever asks; reading asks for nothing", () =>
    onDatabase("postgres", async (database, cwd) => {
      const { env } = database;
      await timeback(["ingest", "-"], { env, input });
      for (const args of [
        ["ingest", "-"],
        ["ingest", "-", "--dry-run"],
        ["etl", "oneroster"],
      ]) {
        const other = await timeback(args, { env: { ...env, TIMEBACK_LINK_WINDOW: "60" }, input });
        expect(other, args.join(" ")).toMatchObject({
          code: 2,
          stderr: refusal("link-window", "86400", "60"),
        });
      }
      await writeFile(
        join(cwd, "timeback.config.json"),
        JSON.stringify({ testUsers: "include", ...env, DATABASE_URL: undefined }),
      );
      expect(await timeback(["ingest", "-"], { env, cwd, input })).toMatchObject({
        code: 2,
        stderr: refusal("test-users", "exclude", "include"),
      });
      expect(await timeback(["report"], { env, cwd })).toMatchObject({ code: 0 });
    }));

  test("a first run that waited while another first run stored its settings is refused, not believed", () =>
    onDatabase("postgres", async (database) => {
      const { env, query } = database;
      await timeback(["db", "migrate"], { env });
      const ended = await database.session(async (locked) => {
        await locked(`select pg_advisory_lock(${RUN_LOCK})`);
        const { ended } = await startTimeback(["ingest", "-", "--zone", "America/Chicago"], { env, input });
        const waits =
          "select from pg_stat_activity where datname = current_database() and application_name like 'timeback %' and query like '%pg_try_advisory_lock%'";
        await until(async () => (await query(waits)).length > 0);
        await locked("insert into timeback.settings values ('zone', 'UTC')");
        await locked(`select pg_advisory_unlock(${RUN_LOCK})`);
        return ended;
      });
      expect(await ended).toMatchObject({ code: 2, stderr: refusal("zone", "UTC", "America/Chicago") });
      expect(
        await query(
          "select (select count(*) from timeback.caliper_events) as events, (select count(*) from timeback.processed_facts) as facts",
        ),
      ).toEqual([{ events: "0", facts: "0" }]);
    }));

  test.each([
    [["--set", "zone=Mars/Olympus"], /setting zone=Mars\/Olympus: expected an IANA time zone such as America\/Chicago/],
    [["--set", "zone=+05:30"], /setting zone=\+05:30: expected an IANA time zone/],
    [["--set", "link-window=1.5"], /setting link-window=1.5: expected a whole number of seconds/],
    [["--set", "link-window=0"], /setting link-window=0: expected a whole number of seconds/],
    [["--set", "test-users=yes"], /setting test-users=yes: expected exclude or include/],
    [["--set", "colour=red"], /unknown setting colour; known: zone, link-window, test-users/],
  ])("recompute %j is refused before the database is opened", async (args, complaint) => {
    const env = { DATABASE_URL: "postgres://127.0.0.1:1/nowhere" };
    expect(await timeback(["recompute", ...args], { env })).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(complaint),
    });
  });
});

describe("settings of the process", () => {
  test("flags go before environment, environment before file, file before defaults", async () => {
    const cwd = await scratchFolder("precedence");
    const file = (content: object) => writeFile(join(cwd, "timeback.config.json"), JSON.stringify(content));
    const at = (port: number) => `postgres://127.0.0.1:${port}/x`;
    const reached = async (args: string[], env: Record<string, string>) =>
      /ECONNREFUSED 127.0.0.1:(\d)/.exec((await timeback(["report", ...args], { cwd, env })).stderr)?.[1];
    await file({ databaseUrl: at(1) });
    expect(await reached([], {})).toBe("1");
    expect(await reached([], { DATABASE_URL: at(2) })).toBe("2");
    expect(await reached([], { DATABASE_URL: "" }), "an empty variable is as good as none").toBe("1");
    expect(await reached(["--database-url", at(3)], { DATABASE_URL: at(2) })).toBe("3");
  });

  test.each([
    [{ databaseURL: "x" }, /settings: Unrecognized key: "databaseURL"/],
    [
      { databaseUrl: "mysql://x", lockWait: "soon", poolMax: 0 },
      /databaseUrl: expected a URL such as .+; lockWait: expected a number of seconds; poolMax: .+/,
    ],
    [{ zone: 5 }, /zone: .+string/],
    [[], /timeback.config.json: expected an object/],
    [null, /timeback.config.json: expected an object/],
  ])("a settings file of %j is refused with everything that is wrong in it", async (content, complaint) => {
    const cwd = await scratchFolder("file");
    await writeFile(join(cwd, "timeback.config.json"), JSON.stringify(content));
    const run = await timeback(["report"], { cwd, env: { TIMEBACK_POOL_MAX: "" } });
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(/^timeback: [^\n]+\n$/);
    expect(run.stderr).toMatch(complaint);
  });

  test("a settings file that cannot be read is one line with exit 2", async () => {
    const cwd = await scratchFolder("file");
    await mkdir(join(cwd, "timeback.config.json"));
    expect(await timeback(["report"], { cwd })).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^timeback: timeback.config.json cannot be read: EISDIR.+\n$/),
    });
  });
});
