import { expect, test } from "vitest";
import { describeOnEngines } from "../support/engines.js";
import { Desk, result, results } from "../support/import-desk.js";
import { zipOf } from "../support/zip.js";

const NOTHING = { inserted: 0, updated: 0, unchanged: 0, tobedeleted: 0, rejected: 0 };
const USERS = "sourcedId,status,dateLastModified,email\nmaya,,,maya@x.example\nleo,,,leo@x.example\n";
const BULK = "propertyName,value\nfile.users,bulk\nfile.results,bulk\n";

describeOnEngines("import oneroster", (engine) => {
  test("a bulk zip replaces its tables; what is in place keeps its date, what is gone and comes back gets a new one", () =>
    Desk.lend(engine, async (desk) => {
      const zip = (text: string) =>
        zipOf([
          { name: "manifest.csv", text: BULK },
          { name: "users.csv", text: USERS },
          { name: "results.csv", text },
        ]);
      desk.write("export.zip", zip(results(result("ar-1", 5), result("ar-2", 1))));
      expect((await desk.import(["export.zip"])).files).toMatchObject([
        { file: "export.zip/users.csv", table: "users", mode: "bulk", rows: 2, inserted: 2 },
        { file: "export.zip/results.csv", table: "assessment_results", mode: "bulk", rows: 2, inserted: 2 },
      ]);
      const first = await desk.rows("assessment_results");
      expect((await desk.import(["export.zip"])).files).toMatchObject([
        { ...NOTHING, unchanged: 2 },
        { ...NOTHING, unchanged: 2 },
      ]);
      expect(await desk.rows("assessment_results")).toEqual(first);

      desk.write("export.zip", zip(results(result("ar-2", 2))));
      expect((await desk.import(["export.zip"])).files[1]).toMatchObject({
        ...NOTHING,
        rows: 1,
        updated: 1,
        tobedeleted: 1,
      });
      const second = await desk.rows("assessment_results");
      expect(second).toMatchObject([
        { sourced_id: "ar-1", status: "tobedeleted", metadata: { xp: "5" } },
        { sourced_id: "ar-2", status: "active", metadata: { xp: "2" } },
      ]);
      for (const [i, row] of second.entries())
        expect(String(row.date_last_modified) > String(first[i]?.date_last_modified)).toBe(true);

      desk.write("export.zip", zip(results(result("ar-1", 5), result("ar-2", 2))));
      expect((await desk.import(["export.zip"])).files[1]).toMatchObject({
        ...NOTHING,
        rows: 2,
        updated: 1,
        unchanged: 1,
      });
      expect((await desk.rows("assessment_results"))[0]).toMatchObject({ status: "active" });
    }));

  test("a delta changes the rows that it names, with the dates that it gives, and the ETL hears of rows it would not read", () =>
    Desk.lend(engine, async (desk) => {
      desk.write("a/results.csv", results(result("ar-1", 5), result("ar-2", 1))).write("a/users.csv", USERS);
      await desk.import(["a"]);
      expect((await desk.run("etl", "oneroster")).code).toBe(0);
      const changed = "ar-1,tobedeleted,2025-03-06T02:00:00.000-06:00,li-1,maya,2025-03-01T08:30:00+02:00,99.5,7";
      desk.write("b/results.csv", results(changed, "ar-3,active,2025-03-06T08:00:00Z,li-1,maya,2025-03-02,,"));
      const { stderr } = await desk.run("import", "oneroster", "b");
      expect(stderr).toContain("b/results.csv: 2 changed rows are dated before what the ETL reads next");
      expect(await desk.rows("assessment_results")).toMatchObject([
        {
          status: "tobedeleted",
          date_last_modified: "2025-03-06 08:00:00",
          score_date: "2025-03-01 06:30:00",
          score_date_is_day: false,
          score: 99.5,
          metadata: { xp: "7" },
        },
        { sourced_id: "ar-2", status: "active", metadata: { xp: "1" } },
        { sourced_id: "ar-3", score_date: "2025-03-02 00:00:00", score_date_is_day: true, score: null, metadata: null },
      ]);
    }));

  test("a bad row costs that row only: it is quarantined with its line, and what it stood for is not deleted", () =>
    Desk.lend(engine, async (desk) => {
      desk.write("manifest.csv", "propertyName,value\nfile.results,bulk\n");
      desk.write("results.csv", results(...["1", "2", "3", "4", "gone"].map((id) => result(`ar-${id}`, 5))));
      await desk.import(["manifest.csv", "results.csv"]);
      const bad = [
        result("ar-1", 6),
        result("ar-2", 6, "03/01/2025"),
        'ar-3,"a\nb"',
        result("ar-4", 6, ""),
        result("ar-1", 7),
        result("ar-5", 1),
      ];
      desk.write("results.csv", results(...bad));
      const counts = { rows: 6, inserted: 1, updated: 1, unchanged: 0, tobedeleted: 1, rejected: 4 };
      expect(await desk.import(["manifest.csv", "results.csv"], 1)).toMatchObject({
        files: [counts],
        rejected: 4,
        newRejects: 4,
      });
      const xp = await desk.database.query(
        "select sourced_id as id, status, metadata ->> 'xp' as xp from oneroster.assessment_results where sourced_id <> 'ar-gone' order by 1",
      );
      expect(xp.map(({ id, status, xp }) => `${id} ${status} ${xp}`)).toEqual([
        "ar-1 active 6",
        "ar-2 active 5",
        "ar-3 active 5",
        "ar-4 active 5",
        "ar-5 active 1",
      ]);
      const rejects = await desk.database.query("select file, line, code, reason from timeback.rejects order by line");
      expect(rejects).toMatchObject([
        { file: "results.csv", line: "3", code: "csv-invalid-value", reason: expect.stringContaining("score_date") },
        { line: "4", code: "csv-ragged-row" },
        { line: "6", code: "csv-missing-value", reason: "score_date: is empty" },
        { line: "7", code: "csv-duplicate-id", reason: "sourced_id ar-1 is already in line 2" },
      ]);
      expect(await desk.import(["manifest.csv", "results.csv"])).toMatchObject({ rejected: 4, newRejects: 0 });
    }));

  test("a bulk file with a row whose id cannot be read deletes nothing", () =>
    Desk.lend(engine, async (desk) => {
      desk.write("users.csv", USERS).write("manifest.csv", "file.users,bulk\n");
      await desk.import(["users.csv", "manifest.csv"]);
      desk.write("users.csv", `${USERS.replace("leo,,,leo@x.example\n", "")},,,leo@x.example\n"open,,,\n`);
      const { code, stderr } = await desk.run("import", "oneroster", "users.csv", "manifest.csv");
      expect({ code, stderr }).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("2 rows without a readable id"),
      });
      expect((await desk.rows("users")).map(({ status }) => status)).toEqual(["active", "active"]);
    }));

  test("dumps with the database's own names are upserted, and replace everything with --bulk", () =>
    Desk.lend(engine, async (desk) => {
      desk.write(
        "courses.csv",
        'sourced_id,title,subjects,metadata,extra\nc-1,Math 6,"{Math,""Social Studies""}","{""a"":[1.10]}",x\nc-2,Art,,,\n',
      );
      desk.write("resources.csv", 'sourced_id,metadata,date_last_modified\nr-1,"{""xp"":5}",2025-03-01 10:00:00.5\n');
      const { code, stderr } = await desk.run("import", "oneroster", "courses.csv", "resources.csv");
      expect({ code, stderr }).toMatchObject({
        code: 0,
        stderr: expect.stringContaining("columns that are not used: extra"),
      });
      expect(await desk.rows("courses")).toMatchObject([
        { title: "Math 6", status: "active", subjects: ["Math", "Social Studies"], metadata: { a: [1.1] } },
        { title: "Art", subjects: null, metadata: null },
      ]);
      expect(await desk.rows("resources")).toMatchObject([
        { date_last_modified: "2025-03-01 10:00:00.5", metadata: { xp: 5 } },
      ]);
      desk.write("courses.csv", "sourced_id,title\nc-2,Arts\n");
      expect((await desk.import(["courses.csv"])).files).toMatchObject([
        { mode: "upsert", updated: 1, tobedeleted: 0 },
      ]);
      expect((await desk.import(["courses.csv", "--bulk"])).files).toMatchObject([
        { mode: "bulk", unchanged: 1, tobedeleted: 1 },
      ]);
    }));

  test("--dry-run counts what it would do and writes nothing", () =>
    Desk.lend(engine, async (desk) => {
      desk.write("x/users.csv", `${USERS}leo,,,twice@x.example\n`).write("x/orgs.csv", "sourcedId\n");
      expect(await desk.import(["x", "--dry-run"])).toMatchObject({
        dryRun: true,
        files: [{ inserted: 2, rejected: 1 }],
        ignored: ["x/orgs.csv"],
      });
      const { code, stdout } = await desk.run("import", "oneroster", "x", "-q", "--dry-run");
      expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
      expect(await desk.rows("users")).toEqual([]);
      expect(await desk.database.query("select * from timeback.rejects")).toEqual([]);
    }));
});
