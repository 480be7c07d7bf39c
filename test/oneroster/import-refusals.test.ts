import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { engines } from "../support/engines.js";
import { Desk, result, results } from "../support/import-desk.js";
import { scratchFolder } from "../support/scratch.js";
import { startTimeback, timeback } from "../support/timeback.js";

const LARGE = 150_000;
const hasServer = engines.some(({ name, available }) => name === "postgres" && available);

describe.skipIf(!hasServer)("import oneroster on a server", () => {
  test("a large import that is killed between two chunks is continued by running it again: nothing lost, nothing twice", () =>
    Desk.lend("postgres", async (desk) => {
      desk.write("manifest.csv", "file.results,bulk\n").write("results.csv", results(result("ar-old", 1)));
      await desk.import(["manifest.csv", "results.csv"]);
      desk.write("results.csv", results(Array.from({ length: LARGE }, (_, i) => result(`ar-${i}`, 5)).join("\n")));
      const files = ["manifest.csv", "results.csv"];
      const { child, ended } = await startTimeback(["import", "oneroster", ...files], {
        cwd: desk.folder,
        env: desk.database.env,
      });
      const count = async () =>
        Number((await desk.database.query("select count(*) as n from oneroster.assessment_results"))[0]?.n);
      await expect.poll(count, { timeout: 60_000, interval: 20 }).toBeGreaterThan(1);
      child.kill("SIGKILL");
      await ended;
      const [counts] = (await desk.import(files)).files;
      expect(counts).toMatchObject({ rows: LARGE, updated: 0, rejected: 0 });
      expect(counts?.unchanged, "rows that were kept").toBeGreaterThan(0);
      expect(Number(counts?.unchanged) + Number(counts?.inserted)).toBe(LARGE);
      const states = await desk.database.query(
        "select status, count(*) as n from oneroster.assessment_results group by 1 order by 1",
      );
      expect(states).toEqual([
        { status: "active", n: String(LARGE) },
        { status: "tobedeleted", n: "1" },
      ]);
    }));

  test("a schema that another program made is refused, and left as it is", () =>
    Desk.lend(
      "postgres",
      async (desk) => {
        await desk.database.session(async (query) => {
          await query("create schema oneroster");
          await query("create table oneroster.users (sourced_id varchar(40) primary key, email text)");
        });
        desk.write("users.csv", "sourcedId,email\n");
        const { code, stderr } = await desk.run("import", "oneroster", "users.csv");
        expect({ code, stderr }).toMatchObject({
          code: 3,
          stderr: expect.stringMatching(/users\.sourced_id must be text.*nothing was written/),
        });
      },
      { least: false, empty: true },
    ));
});

test.each([
  [
    "a source URL",
    ["."],
    { ONEROSTER_DATABASE_URL: "postgres://reader:secret@main/app" },
    2,
    /which the ETL would not read/,
  ],
  ["a path that does not exist", ["none.zip"], {}, 2, /none\.zip: there is no such file/],
  ["an empty folder", ["."], {}, 2, /holds no CSV file/],
  ["no input", [], {}, 2, /missing required argument/],
  ["a limit that is no number", [".", "--max-expanded-bytes", "4G"], {}, 2, /expected a number of bytes/],
  ["a limit of nothing", [".", "--max-expansion", "0"], {}, 2, /expected a whole number from 1 to 2000/],
])("%s is refused before a database is opened", async (_, args, env, exit, why) => {
  const cwd = await scratchFolder("refused");
  const { code, stdout, stderr } = await timeback(["import", "oneroster", ...args], { cwd, env });
  expect({ code, stdout }).toEqual({ code: exit, stdout: "" });
  expect(stderr).toMatch(why);
  expect(stderr).not.toContain("secret");
});

test("a faulty header is refused in one line, without a database", async () => {
  const cwd = await scratchFolder("refused");
  writeFileSync(join(cwd, "users.csv"), "sourcedId,email,email\n");
  writeFileSync(join(cwd, "results.csv"), "sourcedId,scoreDate\n");
  const { code, stderr } = await timeback(["import", "oneroster", "."], { cwd });
  expect(code).toBe(3);
  expect(stderr.trim().split("\n")).toEqual([
    "timeback: ./users.csv: two of its columns are email: email, email; ./results.csv: its header has no column lineItemSourcedId, studentSourcedId (it has sourcedId, scoreDate) (nothing was written)",
  ]);
});
