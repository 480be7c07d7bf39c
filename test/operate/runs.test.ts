import { hostname, userInfo } from "node:os";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { describeOnEngines, engines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { startTimeback, timeback, timebackJson } from "../support/timeback.js";
import { until } from "../support/until.js";

interface Listed {
  runId: string;
  command: string;
  state: string;
  arguments: string[];
  watermark: Record<"before" | "after", Record<string, string> | null>;
  counts: Record<string, unknown> | null;
  [key: string]: unknown;
}

const GUIDE = "fixtures/era-guide-bug";
const MAYA = "maya.chen@alphaschool.example";
const SECRET = "s3cret-marker";
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);

const runsOf = async ({ env }: FreshDatabase, ...args: string[]) =>
  (await timebackJson<{ runs: Listed[] }>(["runs", "--format", "json", ...args], { env })).runs;

async function killed(database: FreshDatabase): Promise<void> {
  const { child, ended } = await startTimeback(["ingest", "-"], { env: database.env, keepInputOpen: true });
  await until(async () => (await runsOf(database))[0]?.state === "running");
  child.kill("SIGKILL");
  await ended;
  await until(async () => (await runsOf(database))[0]?.state !== "running");
}

/** The guide's story, and everything else that writes. */
const STORY: [string[], number][] = [
  [["ingest", `${GUIDE}/events.ndjson`, "-"], 1],
  [["import", "oneroster", `${GUIDE}/source`], 0],
  [["etl", "oneroster"], 0],
  [["audit"], 1],
  [["repair", MAYA, "--yes"], 0],
  [["recompute", MAYA], 0],
  [["rejects", "replay", "--all"], 0],
];

describeOnEngines("the run log", (engine) => {
  const onOneEngine = test.skipIf(engine === "pglite" && hasPostgres); // no SQL of an engine's own is in it
  let database: FreshDatabase;
  let runs: Listed[];
  const run = (...args: string[]) => timeback(args, { env: database.env, input: "no json\n" });

  beforeAll(async () => {
    database = await freshDatabase(engine, "runs", { empty: true });
    for (const [args, code] of STORY) expect(await run(...args, "-q"), args.join(" ")).toMatchObject({ code });
    for (const args of [["ingest", "-", "--dry-run"], ["report"], ["audit", MAYA], ["repair", "--list"]])
      await run(...args);
    runs = await runsOf(database);
  });
  afterAll(() => database?.close());

  test("says of every command that wrote who ran it, when, and with what; plans and readers leave no line", () => {
    expect(runs.map(({ command }) => command).reverse()).toEqual([
      ...["ingest", "import oneroster", "etl oneroster", "audit", "repair", "recompute", "rejects replay"],
    ]);
    for (const line of runs)
      expect(line, line.command).toMatchObject({
        ...{ runId: expect.stringMatching(/^[0-9a-f-]{36}$/), state: "done", error: null, seconds: expect.any(Number) },
        ...{ startedAt: INSTANT, finishedAt: INSTANT, version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
        ...{ osUser: userInfo().username, dbRole: expect.any(String), host: hostname(), pid: expect.any(Number) },
      });
    expect(runs.map((line) => line.arguments).reverse()).toEqual(STORY.map(([args]) => [...args, "-q"]));
  });

  test("holds the counts, and how far the source was read before and after", () => {
    const [, , repair, audit, etl, imported, ingest] = runs;
    expect(ingest?.counts).toMatchObject({ records: 5, stored: 4, rejected: 1, facts: { inserted: 4 } });
    expect(imported?.counts).toMatchObject({ rows: 9, rejected: 0 });
    expect(etl?.counts).toMatchObject({ read: 2, changed: 2, facts: { inserted: 2 } });
    expect(audit?.counts).toMatchObject({ students: 1, confirmed: 1 });
    expect(repair?.counts).toMatchObject({ planned: 1, applied: 1, facts: { updated: 1 } });
    expect(etl?.watermark).toEqual({
      before: null,
      after: expect.objectContaining({
        users: "2025-03-20T02:00:00.000Z",
        assessment_results: "2025-03-01T10:20:02.415Z",
      }),
    });
    expect(repair?.watermark).toEqual({ before: etl?.watermark.after, after: etl?.watermark.after });
  });

  onOneEngine("shows one run with everything, by the beginning of its id", async () => {
    const etl = runs[4];
    const { run: whole } = await timebackJson<{ run: Listed }>(
      ["runs", String(etl?.runId.slice(0, 8)).toUpperCase(), "--format", "json"],
      database,
    );
    expect(whole).toMatchObject({ ...etl, summary: { reference: { users: { read: 1, changed: 1 } } } });
    const { stdout } = await run("runs", String(runs[6]?.runId));
    expect(stdout).toMatch(new RegExp(`\narguments +ingest ${GUIDE}/events\\.ndjson - -q\n`));
    expect(stdout).toMatch(new RegExp(`\nuser +${userInfo().username}\n`));
    expect(stdout).toMatch(/\nstored +4\n/);
    expect((await run("runs", String(etl?.runId))).stdout).toMatch(
      /\nwatermark assessment_results +none -> 2025-03-01T10:20:02\.415Z\n/,
    );
    expect(await run("runs", "nothing")).toMatchObject({
      ...{ code: 2, stdout: "" },
      stderr: "timeback: no logged run has the id nothing; timeback runs lists all runs\n",
    });
    expect(await run("runs", "nothing", "--format", "csv")).toMatchObject({ code: 2, stdout: "" });
    expect(await run("runs", "nothing", "--command", "etl")).toMatchObject({ code: 2, stdout: "" });
  });

  onOneEngine("is listed the newest first, by command and by time, and every form says the same", async () => {
    const [newest, second] = runs;
    expect(await runsOf(database, "--command", "audit")).toEqual(runs.filter(({ command }) => command === "audit"));
    expect(await runsOf(database, "--since", String(second?.startedAt))).toEqual([newest, second]);
    expect(await runsOf(database, "--until", String(second?.startedAt))).toEqual(runs.slice(2));
    expect(await run("runs", "--since", "yesterday")).toMatchObject({ code: 2, stdout: "" });
    expect(await run("runs", "--command", "no such", "--format", "ndjson")).toMatchObject({
      ...{ code: 0, stdout: "", stderr: "no logged run matches\n" },
    });
    const ndjson = (await run("runs", "--format", "ndjson")).stdout.trimEnd().split("\n");
    expect(ndjson.map((line) => JSON.parse(line))).toEqual(runs);
    const csv = parse((await run("runs", "--format", "csv")).stdout, { columns: true }) as Record<string, string>[];
    expect(csv.map((row) => [row.runId, JSON.parse(String(row.arguments)), JSON.parse(String(row.counts))])).toEqual(
      runs.map((line) => [line.runId, line.arguments, line.counts]),
    );
    const table = (await run("runs")).stdout.split("\n");
    expect(table[0]?.split(/ +/)).toEqual(["started", "run", "command", "state", "seconds", "by", "what"]);
    expect(table[1]).toMatch(
      new RegExp(
        `^${newest?.startedAt}  ${newest?.runId.slice(0, 8)}  rejects replay +done +[\\d.]+  \\S+@${hostname()} `,
      ),
    );
  });

  onOneEngine("names nobody under --redact", async () => {
    const redacted = await run("runs", "--redact", "--format", "ndjson");
    expect(redacted.stdout).not.toContain("maya");
    expect(redacted.stdout).toMatch(/"osUser":"person-[0-9a-f]{10}"/);
    expect(redacted.stdout).toMatch(/\["recompute","student-[0-9a-f]{10}@redacted.example","-q"\]/);
  });

  onOneEngine("a run that failed says why", async () => {
    const refused = await run("repair", "--undo", "nobody");
    expect(refused).toMatchObject({ code: 2 });
    expect((await runsOf(database))[0]).toMatchObject({
      ...{ command: "repair", state: "failed", counts: null, finishedAt: INSTANT },
      error: expect.stringContaining("nobody"),
    });
    expect((await run("runs")).stdout.split("\n")[1]).toMatch(/ failed .+nobody/);
  });

  test("a run that was killed neither ended nor is it running", async () => {
    if (engine === "pglite")
      await database.query(`
        insert into timeback.runs (run_id, command, program_version, host, pid, backend_pid)
        values (gen_random_uuid(), 'ingest', '0', 'h', 1, pg_backend_pid())`);
    else await killed(database);
    expect((await runsOf(database))[0]).toMatchObject({
      state: "lost",
      finishedAt: null,
      seconds: null,
      counts: null,
      error: null,
    });
    expect((await run("runs")).stdout).toContain("lost (killed or disconnected)");
  });
});

describe.skipIf(!hasPostgres)("the run log", () => {
  test("keeps no password, whatever the command line or the settings held", async () => {
    const database = await freshDatabase("postgres", "runs secrets", { empty: true });
    try {
      const url = Object.assign(new URL(String(database.url)), { password: SECRET }).href;
      const more = `${url}?password=${SECRET}&options=-c%20application_name%3D${SECRET}`;
      expect(await timeback(["db", "migrate", "--database-url", url])).toMatchObject({ code: 0 });
      expect(await timeback(["ingest", "-", `--database-url=${more}`])).toMatchObject({ code: 0 });
      expect(await timeback(["recompute", "--source-url", url], { env: { DATABASE_URL: url } })).toMatchObject({
        code: 0,
      });
      const [{ text }] = (await database.query("select json_agg(r)::text as text from timeback.runs r")) as [
        { text: string },
      ];
      expect(text).not.toContain(SECRET);
      expect((await runsOf(database)).map((line) => [line.command, line.arguments.at(-1)])).toEqual([
        ["recompute", expect.stringMatching(/^postgres:\/\/\*\*\*@[^@]+$/)],
        ["ingest", expect.stringMatching(/^--database-url=postgres:\/\/.*\?\*\*\*$/)],
        ["db migrate", expect.stringMatching(/^postgres:\/\/\*\*\*@[^@]+$/)],
      ]);
    } finally {
      await database.close();
    }
  });

  test("a migration of an older database is a run, one that has nothing to do is none", async () => {
    const database = await freshDatabase("postgres", "runs migrate", { empty: true });
    try {
      for (const _ of [1, 2]) await timeback(["db", "migrate"], database);
      expect(await runsOf(database)).toMatchObject([
        { command: "db migrate", arguments: ["db", "migrate"], state: "done" },
      ]);
    } finally {
      await database.close();
    }
  });

  test("a run at work is running; the line of another that had its server process before is not", async () => {
    const database = await freshDatabase("postgres", "runs at work", { empty: true });
    try {
      const { child, ended } = await startTimeback(["ingest", "-"], { env: database.env, keepInputOpen: true });
      await until(async () => (await runsOf(database))[0]?.state === "running");
      await database.query(`
        insert into timeback.runs (run_id, command, program_version, host, pid, backend_pid, started_at)
        select gen_random_uuid(), 'ingest', '0', 'h', 1, backend_pid, '2025-03-01T00:00:00Z' from timeback.runs`);
      expect((await runsOf(database)).map(({ state }) => state)).toEqual(["running", "lost"]);
      child.stdin?.end(`${JSON.stringify(activity({}))}\n`);
      expect(await ended).toMatchObject({ code: 0 });
      expect((await runsOf(database)).map(({ state }) => state)).toEqual(["done", "lost"]);
    } finally {
      await database.close();
    }
  });
});
