import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { engines, freshDatabase } from "../support/engines.js";
import { fakeServer } from "../support/fake-server.js";
import { scratchFolder } from "../support/scratch.js";
import { spawned as timeback } from "../support/timeback.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
/** No output may ever hold this. */
const SECRET = "s3cret-marker";
const said = (run: { stdout: string; stderr: string }) => run.stdout + run.stderr;

describe("a server that cannot be reached", () => {
  test.each([
    [
      "a closed port",
      `postgres://etl:${SECRET}@127.0.0.1:1/app`,
      "connect ECONNREFUSED 127.0.0.1:1 (nothing listens there: is the server running, are host and port right?)",
    ],
    ["a host of several addresses", `postgres://etl:${SECRET}@localhost:1/app`, "connect ECONNREFUSED "],
    ["an unknown host", `postgres://etl:${SECRET}@no-such-host.invalid/app`, "getaddrinfo E"],
    [
      "a socket that is not there",
      `postgres:///app?host=/nowhere&user=etl&password=${SECRET}`,
      "connect ENOENT /nowhere/.s.PGSQL.5432 (the connection could not be made)",
    ],
  ])("%s is one line with exit 3 and without the password, also under -v", async (_, url, fault) => {
    const run = await timeback(["report", "--database-url", url]);
    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toMatch(
      /^timeback: the analytics database: [^\n]+; what was committed is kept, a rerun continues\n$/,
    );
    expect(run.stderr).toContain(fault);
    const verbose = await timeback(["report", "-v"], { env: { DATABASE_URL: url } });
    expect(verbose.stderr).toMatch(/\n {4}at .+\ncause: /);
    expect(said(verbose)).not.toContain(SECRET);
  });
});

describe("a password", () => {
  test("reaches the server decoded, and no output when it is refused", async () => {
    const server = await fakeServer();
    const password = `p@ss/w:rd#%?é ${SECRET}`;
    const at = `127.0.0.1:${server.port}/app`;
    const url = `postgres://etl:${encodeURIComponent(password)}@${at}`;
    try {
      const refused = await timeback(["etl", "oneroster", "-v"], { env: { DATABASE_URL: url } });
      expect(refused).toMatchObject({ code: 3, stdout: "" });
      expect(refused.stderr).toContain(
        'timeback: the analytics database: password authentication failed for user "etl" (user or password is wrong)',
      );
      const inQuery = new URL(`postgres://etl@${at}?options=-c%20search_path%3Dapp`);
      inQuery.searchParams.set("password", password);
      const again = await timeback(["report", "-v", "--database-url", inQuery.href]);
      expect(server.passwords).toEqual([password, password]);
      for (const run of [refused, again]) expect(said(run)).not.toContain(SECRET);
    } finally {
      await server.close();
    }
  });

  test("is not repeated from a mistyped call, an unusable URL or a broken settings file", async () => {
    const cwd = await scratchFolder("typed");
    const url = `postgres://etl:${SECRET}@db/app`;
    const calls: [string[], Record<string, string>?][] = [
      [["report", `--database-ulr=${url}`]],
      [[url]],
      [["etl", url]],
      [["ingest", url]],
      [["report", "--lock-wait", url]],
      [["etl", "oneroster", "--since", url]],
      [["report", "--database-url", `mysql://etl:${SECRET}@db/app`]],
      [["report", "-v"], { ONEROSTER_DATABASE_URL: `postgres://etl:${SECRET}#x@db/app` }],
    ];
    for (const [args, env = {}] of calls) {
      const run = await timeback(args, { cwd, env });
      expect(run, args.join(" ")).toMatchObject({ code: 2, stdout: "" });
      expect(run.stderr, args.join(" ")).not.toContain(SECRET);
    }
    for (const broken of [
      `{"databaseUrl": ${url}}`,
      `{"databaseUrl": "${url}",}`,
      `{'databaseUrl': '${SECRET}'}`,
      SECRET,
    ]) {
      await writeFile(join(cwd, "timeback.config.json"), broken);
      const run = await timeback(["report", "-v"], { cwd });
      expect(run, broken).toMatchObject({ code: 2, stdout: "" });
      expect(run.stderr, broken).toMatch(/^timeback: timeback.config.json is not JSON/);
      expect(run.stderr, broken).not.toContain(SECRET);
    }
  });
});

describe.skipIf(!hasPostgres)("a server that refuses", () => {
  test("an unknown role, an unknown database, TLS where there is none: one line with exit 3 each", async () => {
    const database = await freshDatabase("postgres", "connections");
    try {
      const changed = (changes: Partial<URL>) => Object.assign(new URL(database.url ?? ""), changes).href;
      const faults: [string, RegExp][] = [
        [changed({ username: "nobody_here", password: SECRET }), /nobody_here/],
        [
          changed({ pathname: "/no_such_database", password: SECRET }),
          /database "no_such_database" does not exist \(check the name in the URL\)/,
        ],
        [
          changed({ search: "?sslmode=require", password: SECRET }),
          /(does not support SSL connections \(leave sslmode out of the URL\)|certificate)/,
        ],
      ];
      for (const [url, fault] of faults) {
        const run = await timeback(["report", "--database-url", url]);
        expect(run).toMatchObject({ code: 3, stdout: "" });
        expect(run.stderr).toMatch(/^timeback: the analytics database: [^\n]+\n$/);
        expect(run.stderr).toMatch(fault);
        expect(run.stderr).not.toContain(SECRET);
      }
    } finally {
      await database.close();
    }
  });
});
