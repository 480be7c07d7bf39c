import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { engines, type FreshDatabase, freshDatabase } from "../support/engines.js";
import { scratchFolder } from "../support/scratch.js";
import { type Run, spawned, timeback } from "../support/timeback.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const ROOT = process.getuid?.() === 0;

/** One clear line on stderr, nothing on stdout, no stack. */
function expectOneLine(run: Run, code: number, line: RegExp | string): void {
  expect(run).toMatchObject({ code, signal: null, stdout: "" });
  expect(run.stderr.split("\n"), run.stderr).toEqual([expect.stringMatching(line), ""]);
}

describe("a call gone wrong exits with 2 and touches nothing", () => {
  test.each<[string[], RegExp]>([
    [["ingest", "nowhere.ndjson"], /^timeback: nowhere.ndjson: there is no such file; check the path$/],
    [["ingest", "folder"], /^timeback: folder: is a directory; name the files in it$/],
    [["ingest", "event.ndjson", "nowhere.ndjson"], /^timeback: nowhere.ndjson: there is no such file/],
    [
      ["ingest", "event.ndjson", "--output", "nowhere/answer.json"],
      /^timeback: --output nowhere\/answer.json: its folder does not exist$/,
    ],
    [["facts", "--output", "folder"], /^timeback: --output folder: is a folder$/],
    [["report", "--output", "event.ndjson/answer"], /^timeback: --output event.ndjson\/answer: its folder is a file$/],
    [
      ["etl", "oneroster", "--overlap", "1 week"],
      /^timeback: --overlap 1 week: expected a number and s, m, h or d, such as 7d$/,
    ],
    [["etl", "oneroster", "--since", "2025-03-01T00:00:00"], /^timeback: --since 2025-03-01T00:00:00: .+offset/],
    [["etl", "oneroster", "--since", "2025-02-30T00:00:00Z"], /^timeback: --since 2025-02-30T00:00:00Z: /],
    [
      ["etl", "oneroster", "--full", "--since", "2025-03-01T00:00:00Z"],
      /^timeback: --full already reads everything: leave out --since$/,
    ],
    [["recompute", "--set", "zone"], /^timeback: --set zone: expected <key>=<value>/],
    [
      ["recompute", "a@b.example", "--set", "zone=UTC"],
      /^timeback: --set changes every fact: leave out the email and the days$/,
    ],
    [["report", "--from", "2025-03-02", "--to", "2025-03-01"], /^timeback: --from 2025-03-02 is after --to 2025-03-01/],
  ])("timeback %j", async (args, line) => {
    const cwd = await scratchFolder("wrong");
    await mkdir(join(cwd, "folder"));
    await writeFile(join(cwd, "event.ndjson"), "{}\n");
    expectOneLine(await timeback(args, { cwd }), 2, line);
    expect(await readdir(cwd)).toEqual(["event.ndjson", "folder"]);
  });

  test.each<[string[], string]>([
    [["report", "--no-such-option"], "error: unknown option '--no-such-option'"],
    [
      ["report", "--format", "xml"],
      "error: option '--format <format>' argument 'xml' is invalid. Allowed choices are table, json, ndjson, csv.",
    ],
    [
      ["ingest", "x", "--format", "csv"],
      "error: option '--format <format>' argument 'csv' is invalid. Allowed choices are table, json, ndjson.",
    ],
    [["repotr"], "error: unknown command 'repotr'\n(Did you mean report?)"],
    [["ingest"], "error: missing required argument 'file'"],
    [
      ["report", "--from", "2025-02-30"],
      "error: option '--from <day>' argument '2025-02-30' is invalid. expected a day such as 2025-03-31",
    ],
  ])("timeback %j points to the help", async (args, said) => {
    const cwd = await scratchFolder("wrong");
    const hint = "(add --help for the options and examples)";
    expect(await timeback(args, { cwd })).toEqual({ code: 2, signal: null, stdout: "", stderr: `${said}\n${hint}\n` });
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe("a data directory that cannot be used", () => {
  test("is one line with exit 3, whatever stands in the way", async () => {
    const cwd = await scratchFolder("data");
    await writeFile(join(cwd, "file"), "");
    expectOneLine(
      await spawned(["db", "status", "--data-dir", "file"], { cwd }),
      3,
      /^timeback: the data directory file cannot be written .+--data-dir/,
    );
    expectOneLine(
      await spawned(["db", "status", "--data-dir", "file/deeper"], { cwd }),
      3,
      /^timeback: the data directory file\/deeper cannot be written .+--database-url$/,
    );
    if (!ROOT) {
      await mkdir(join(cwd, "closed"), { mode: 0o500 });
      expectOneLine(
        await spawned(["db", "status", "--data-dir", "closed"], { cwd }),
        3,
        /^timeback: the data directory closed cannot be written/,
      );
    }
  });
});

describe.skipIf(!hasPostgres)("a database that is not as it should be", () => {
  let database: FreshDatabase;
  let url = "";
  beforeAll(async () => {
    database = await freshDatabase("postgres", "failures", { empty: true });
    url = database.url ?? "";
  });
  afterAll(() => database.close());

  const SAID = "; what was committed is kept, a rerun continues$";

  test("an empty one is refused under --no-migrate, and stays empty", async () => {
    const run = await timeback(["report", "--no-migrate"], database);
    expectOneLine(
      run,
      3,
      /^timeback: the analytics database has no current schema: run `timeback db migrate` \(nothing was changed\)$/,
    );
    expect(await database.query("select nspname from pg_namespace where nspname = 'timeback'")).toEqual([]);
  });

  test("one of a newer version is refused by every command, and left as it is", async () => {
    const newer = await freshDatabase("postgres", "newer");
    try {
      await timeback(["db", "migrate"], newer);
      await newer.query("insert into timeback.migrations (version, name) values (999, 'from-tomorrow')");
      const refusal =
        /^timeback: the database has schema version 999, this program knows \d+: use a newer timeback \(nothing was changed\)$/;
      for (const args of [["report"], ["report", "--no-migrate"], ["ingest", "-"], ["db", "migrate"]])
        expectOneLine(await timeback(args, newer), 3, refusal);
      const status = await timeback(["db", "status"], newer);
      expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining("999  from-tomorrow") });
      expect(await newer.query("select from timeback.runs where command <> 'db migrate'")).toEqual([]);
    } finally {
      await newer.close();
    }
  });

  test("a role without rights on it is told so", async () => {
    const role = `${new URL(url).pathname.slice(1)}_role`;
    await database.query(`create role ${role} login password 'reader'`);
    try {
      const env = { DATABASE_URL: Object.assign(new URL(url), { username: role, password: "reader" }).href };
      expectOneLine(
        await timeback(["report"], { env }),
        3,
        new RegExp(
          `^timeback: the analytics database: permission denied for .+ \\(this user lacks a permission\\)${SAID}`,
        ),
      );
    } finally {
      await database.query(`drop owned by ${role}; drop role ${role}`);
    }
  });

  test("a role that may make no temp tables is told so by the audit, though it does not wait for them", async () => {
    const name = new URL(url).pathname.slice(1);
    const role = `${name}_reader`;
    const input = `${JSON.stringify(activity({}))}\n`;
    expect(await timeback(["ingest", "-"], { env: database.env, input })).toMatchObject({ code: 0 });
    await database.query(`create role ${role} login password 'reader';
      revoke temporary on database ${name} from public;
      grant usage on schema timeback to ${role}; grant select on all tables in schema timeback to ${role}`);
    try {
      const env = { DATABASE_URL: Object.assign(new URL(url), { username: role, password: "reader" }).href };
      const refused = new RegExp(
        `^timeback: the analytics database: permission denied to create temporary tables in .+ \\(this user lacks a permission\\)${SAID}`,
      );
      for (const args of [["audit"], ["audit", "ada@school.example"]])
        expectOneLine(await timeback(args, { env }), 3, refused);
    } finally {
      await database.query(`grant temporary on database ${name} to public; drop owned by ${role}; drop role ${role}`);
    }
  });

  test.skipIf(process.platform !== "linux")("an answer that no disk can hold is one line with exit 3", async () => {
    const env = database.env;
    await timeback(["db", "migrate"], { env });
    expectOneLine(
      await timeback(["report", "--output", "/dev/full", "--format", "csv"], { env }),
      3,
      /^timeback: \/dev\/full cannot be written: ENOSPC/,
    );
  });

  test("a binary file costs its records, not the run", async () => {
    const input = await readFile(process.execPath).then((bytes) => bytes.subarray(0, 100_000));
    const run = await timeback(["ingest", "-", "--format", "json"], { env: database.env, input });
    const { records, rejected, stored } = JSON.parse(run.stdout) as Record<string, number>;
    expect({ code: run.code, stored, lost: Number(records) - Number(rejected) }).toEqual({
      code: 1,
      stored: 0,
      lost: 0,
    });
    expect(records).toBeGreaterThan(0);
    expect(run.stderr).toMatch(/^\d+ records newly rejected: see timeback rejects list\n$/);
  });
});
