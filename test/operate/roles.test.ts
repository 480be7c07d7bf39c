import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { sourceTables } from "../../src/store/source/tables.js";
import { activity } from "../support/caliper-samples.js";
import { engines, freshDatabase } from "../support/engines.js";
import { EtlDesk } from "../support/etl-desk.js";
import { result, user } from "../support/source-database.js";
import { spawned as timeback } from "../support/timeback.js";

const GUIDE = "fixtures/era-guide-bug";
const MAYA = "maya.chen@alphaschool.example";

test("the README grants what the ETL reads, and nothing else", () => {
  const readme = readFileSync("README.md", "utf8");
  const granted = /^grant select on (.+) to reader;$/m.exec(readme)?.[1]?.split(", ");
  expect(granted?.toSorted()).toEqual(sourceTables.map(({ name }) => name).toSorted());
});

// The whole suite does so with TEST_ROLES=least (npm run test:roles).
describe.skipIf(!engines.some(({ name, available }) => name === "postgres" && available))(
  "with the rights that the README asks for",
  () => {
    test("the ETL reads, follows and voids; its role can write nothing", () =>
      EtlDesk.lend("postgres", { least: true }, async (desk) => {
        const { source } = desk;
        await source.put("users", user("noah"));
        await source.put("assessment_results", result("ar-1", 5), result("ar-2", 3, { student_sourced_id: "noah" }));
        expect(await desk.etl()).toMatchObject({ read: 2, changed: 2, missing: [], facts: { inserted: 2 } });
        await source.put("assessment_results", result("ar-1", 6, { date_last_modified: "2025-03-11T00:00:00" }));
        expect(await desk.etl(["--dry-run"])).toMatchObject({ changed: 1 });
        expect(await desk.etl()).toMatchObject({ changed: 1, facts: { updated: 1 } });
        await source.remove("assessment_results", "ar-2");
        expect(await desk.etl(["--full"])).toMatchObject({ vanished: 1, facts: { deleted: 1 } });

        const reader = new URL(source.url).username;
        const rights = await source.query(
          `select bool_or(has_table_privilege($1, c.oid, 'insert, update, delete, truncate')) as writes,
             bool_and(has_table_privilege($1, c.oid, 'select')) as reads,
             (select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = $1) as more
           from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'`,
          [reader],
        );
        expect(rights).toEqual([{ writes: false, reads: true, more: false }]);
        await source.query(`revoke select on assessment_results from ${reader}`);
        const refused = await desk.run([]);
        expect(refused).toMatchObject({ code: 3, stdout: "" });
        expect(refused.stderr).toMatch(/^timeback: [^\n]*assessment_results[^\n]*\n$/);
      }));

    test("everything else works for an owner of the database who is no superuser", async () => {
      const database = await freshDatabase("postgres", "roles", { least: true });
      const input = `${JSON.stringify(activity({}))}\nno json\n`;
      try {
        for (const [args, code] of [
          [["db", "migrate"], 0],
          [["ingest", `${GUIDE}/events.ndjson`, "-"], 1],
          [["import", "oneroster", `${GUIDE}/source`], 0],
          [["etl", "oneroster", "--full"], 0],
          [["audit"], 1],
          [["audit", "diff"], 2],
          [["repair", MAYA, "--yes"], 0],
          [["audit", MAYA, "--redact"], 0],
          [["recompute"], 0],
          [["report"], 0],
          [["facts", "--format", "ndjson"], 0],
          [["rejects", "replay", "--all"], 0],
          [["rejects", "list", "--redact"], 0],
          [["runs"], 0],
          [["db", "status"], 0],
        ] as const)
          expect(await timeback(args, { env: database.env, input }), args.join(" ")).toMatchObject({ code });
        const role = await database.query("select rolsuper from pg_roles where rolname = $1", [
          new URL(String(database.url)).username,
        ]);
        expect(role).toEqual([{ rolsuper: false }]);
        expect(await database.query("select distinct db_role from timeback.runs")).toEqual([
          { db_role: new URL(String(database.url)).username },
        ]);
      } finally {
        await database.close();
      }
    });
  },
);
