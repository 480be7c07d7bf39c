import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { engines, freshDatabase } from "../support/engines.js";
import { fakeServer } from "../support/fake-server.js";
import { scratchFolder } from "../support/scratch.js";
import { spawned as timeback } from "../support/timeback.js";

/** No output may ever hold this, in whatever way it is written. */
const SECRET = "s3cret-marker";
const inEveryCharacter = [...SECRET].map((mark) => `%${mark.charCodeAt(0).toString(16)}`).join("");
const WRITTEN = [
  SECRET,
  encodeURIComponent(SECRET),
  inEveryCharacter,
  Buffer.from(SECRET).toString("base64").slice(0, -2),
];
const PASSWORD = encodeURIComponent(`p@ss/w:rd ${SECRET}`);
const CLOSED = "127.0.0.1:1/app";

const FILE = "events.ndjson";
/** Every command that opens a database. */
const COMMANDS: readonly string[][] = [
  ["ingest", FILE],
  ["etl", "oneroster"],
  ["import", "oneroster", "users.csv"],
  ["recompute"],
  ["audit"],
  ["audit", "diff"],
  ["audit", "show", "1"],
  ["repair", "--yes"],
  ["repair", "--undo", "1"],
  ["report"],
  ["facts"],
  ["rejects", "list"],
  ["rejects", "show", "1"],
  ["rejects", "replay", "--all"],
  ["rejects", "discard", "1"],
  ["runs"],
  ["db", "migrate"],
  ["db", "status"],
];

let cwd: string;
beforeAll(async () => {
  cwd = await scratchFolder("secrets");
  await writeFile(join(cwd, FILE), "{}\n");
  await writeFile(
    join(cwd, "users.csv"),
    "sourcedId,status,dateLastModified,email\nu,active,2025-03-01,u@school.example\n",
  );
});

/** The command must fail, with a word about it that does not hold the secret. */
async function expectSilence(
  args: readonly string[],
  env: Record<string, string> = {},
  code: 2 | 3 = 3,
): Promise<void> {
  const run = await timeback(args, { cwd, env });
  const said = run.stdout + run.stderr;
  const what = `timeback ${args.join(" ")} with ${JSON.stringify(env)}: ${run.stderr}`;
  for (const written of WRITTEN) expect(said.toLowerCase(), what).not.toContain(written.toLowerCase());
  expect(run.stderr, what).toMatch(/^(timeback|error|warning): /);
  expect(run.code, what).toBe(code);
}

describe("no password in any output", () => {
  test.each(COMMANDS.map((args) => [args]))("of %j, wherever it was told", async (args) => {
    const unreachable = `postgres://etl:${PASSWORD}@${CLOSED}`;
    await expectSilence([...args, "-v", "--format", "json", "--database-url", unreachable]);
    await expectSilence([...args, "-v"], { DATABASE_URL: `postgres://etl@${CLOSED}?password=${PASSWORD}%` });
    const mistaken = `host=db user=etl password='${SECRET}'`;
    await expectSilence([...args, "-v", `--database-url=${mistaken}`], {}, 2);
  });

  test("that a server refuses, from flag, environment and file", async () => {
    const server = await fakeServer();
    const url = `postgres://etl:${PASSWORD}@127.0.0.1:${server.port}/app`;
    const file = join(cwd, "timeback.config.json");
    try {
      for (const args of [["report"], ["ingest", FILE], ["etl", "oneroster", "--full"], ["db", "migrate"]]) {
        await expectSilence([...args, "-v", `--database-url=${url}`]);
        await expectSilence([...args, "-v", "--format", "json"], { DATABASE_URL: url });
        await writeFile(file, JSON.stringify({ databaseUrl: url }));
        await expectSilence([...args, "-v", "-q"]);
        await writeFile(file, "{}");
      }
      expect(new Set(server.passwords), "it was sent all the same").toEqual(new Set([decodeURIComponent(PASSWORD)]));
    } finally {
      await writeFile(file, "{}");
      await server.close();
    }
  });

  test.each([
    `mysql://etl:${SECRET}@db/app`,
    `postgres://etl:pre#${SECRET}@db/app`,
    `postgres://etl:two words ${SECRET}@db:x/app`,
    `postgres%3A%2F%2Fetl%3A${SECRET}%40db%2Fapp`,
    `dbname=app password=${SECRET}`,
    `{"password": "${SECRET}"}`,
    `postgres://etl:${SECRET}`,
  ])("that stands in a setting that is none: %s", async (url) => {
    await expectSilence(["report", "-v", "--database-url", url], {}, 2);
    await expectSilence(["report", "-v"], { DATABASE_URL: url }, 2);
    await expectSilence(["etl", "oneroster", "-v", `--source-url=${url}`], {}, 2);
    await expectSilence(["ingest", url], {}, 2);
    await expectSilence([url], {}, 2);
    await expectSilence(["report", `--databse-url=${url}`], {}, 2);
    await expectSilence(["report", "--lock-wait", url], {}, 2);
    await expectSilence(["report", "--format", url], {}, 2);
    await expectSilence(["recompute", "--set", url], {}, 2);
    await expectSilence(["report", "--output", `nowhere/${url}`], {}, 2);
  });

  test.each([
    `postgres://etl:${PASSWORD}@${CLOSED}?sslmode=verify-ca&uselibpqcompat=true`,
    `postgres://etl:${PASSWORD}@${CLOSED}?sslrootcert=/nowhere/ca.pem`,
    `postgres://etl:${PASSWORD}@${CLOSED}?sslnegotiation=direct&sslmode=disable`,
  ])("that stands in a URL which pg refuses: %s", async (url) => {
    await expectSilence(["report", "-v", "--database-url", url], {}, 2);
  });
});

describe.skipIf(!engines.some(({ name, available }) => name === "postgres" && available))("on a server", () => {
  test("no password in any output or table, wherever it was told and whatever failed", async () => {
    const database = await freshDatabase("postgres", "secrets");
    try {
      const changed = (changes: Partial<URL>) => Object.assign(new URL(String(database.url)), changes).href;
      const url = changed({ password: SECRET });
      const source = { ONEROSTER_DATABASE_URL: changed({ password: SECRET, pathname: "/no_such_database" }) };
      await expectSilence(["report", "-v", "--database-url", changed({ username: "nobody", password: SECRET })]);
      await expectSilence(["etl", "oneroster", "-v", "--database-url", url], source);
      await expectSilence(["report", "-v"], { DATABASE_URL: `${url}?options=-c%20password%3D${SECRET}` });
      await expectSilence(["report", "-v", "--database-url", `${url}?sslmode=require`]);
      await expectSilence(["import", "oneroster", "users.csv", "--database-url", url], source, 2);
      await expectSilence(["etl", "oneroster", "-v", "--database-url", url, "--source-url", url]);
      await expectSilence(["recompute", url, "-v", "--database-url", url], {}, 2);
      await expectSilence(["repair", `password=${SECRET}`, "--yes", "--database-url", url], {}, 2);
      expect(await timeback(["ingest", FILE, "--database-url", url], { cwd })).toMatchObject({ code: 1 });
      const tables = await database.query(
        "select relname as name from pg_class where relnamespace = 'timeback'::regnamespace and relkind = 'r'",
      );
      for (const { name } of tables) {
        const [row] = await database.query(`select coalesce(json_agg(t)::text, '') as text from timeback.${name} t`);
        expect(row?.text, String(name)).not.toContain(SECRET);
      }
      expect((await database.query("select from timeback.runs")).length).toBeGreaterThan(1);
    } finally {
      await database.close();
    }
  });
});

test("no child process is told a setting: the only ones are those of the demo", () => {
  const source = fileURLToPath(new URL("../../src/", import.meta.url));
  const starting = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (name) =>
      name.endsWith(".ts") && /child_process|worker_threads|cluster/.test(readFileSync(join(source, name), "utf8")),
  );
  expect(starting).toEqual([join("commands", "demo.run.ts")]);
  expect(readFileSync(join(source, "commands/demo.run.ts"), "utf8")).toContain("env: {},");
});
