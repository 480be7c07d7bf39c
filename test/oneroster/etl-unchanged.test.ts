import { describe, expect, test } from "vitest";
import { engines } from "../support/engines.js";
import { EtlDesk } from "../support/etl-desk.js";
import { reference, result, user } from "../support/source-database.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);

const counts = (read: number, changed: number, rejected = 0) => ({ read, changed, rejected, vanished: 0 });

describe.skipIf(!hasPostgres)("etl oneroster and tables in which little changes", () => {
  for (const engine of engines)
    test.skipIf(!engine.available)(
      `a table that stands as it is landed is counted as read; whatever differs in it is found, though its date be the same (${engine.name})`,
      () =>
        EtlDesk.lend(engine.name, {}, async (desk) => {
          const { source } = desk;
          await source.put(
            "users",
            user("mia", { email: " Mia@School.EXAMPLE" }),
            user("élan", { email: "ÉLAN@x.example" }),
          );
          await source.put("courses", reference("c-1", { title: "Math", subjects: ["Math"] }));
          await source.put("resources", reference("r-1", { title: null, metadata: { xp: "4.50" } }));
          await source.put("resources", reference("undated", { title: "tab\there", date_last_modified: null }));
          await source.put("assessment_results", result("ar-1", 5, { student_sourced_id: "mia" }));
          const first = await desk.etl();
          expect(first.reference).toMatchObject({
            users: counts(3, 3),
            courses: counts(1, 1),
            resources: counts(2, 2),
          });
          const unchanged = { users: counts(3, 0), courses: counts(1, 0), resources: counts(2, 0) };
          expect((await desk.etl()).reference).toEqual(unchanged);
          expect((await desk.etl(["--full"])).reference).toMatchObject(unchanged);

          await source.query("update courses set title = 'Maths'");
          await source.query("update resources set metadata = '{\"xp\": 5}' where sourced_id = 'undated'");
          const changed = { users: counts(3, 0), courses: counts(1, 1), resources: counts(2, 1) };
          expect((await desk.etl()).reference).toEqual(changed);
          await source.query("update users set email = 'mia@other.example' where sourced_id = 'mia'");
          expect((await desk.etl()).reference).toEqual({ ...unchanged, users: counts(3, 1) });
          expect(await desk.analytics.query("select email from timeback.processed_facts")).toEqual([
            { email: "mia@other.example" },
          ]);
        }),
    );

  test("what a run without the watermark has landed moves it, once it is read from there", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      const watermark = async () =>
        (
          await desk.analytics.query(
            "select date_last_modified, sourced_id from timeback.watermarks where source_table = 'courses'",
          )
        )[0];
      await desk.source.put("courses", reference("c-1", { title: "Math", date_last_modified: "2025-03-10T00:00:00" }));
      await desk.etl();
      await desk.source.put(
        "courses",
        reference("c-2", { title: "Art", date_last_modified: "2025-03-20T00:00:00.000001" }),
      );
      await desk.etl(["--since", "2025-03-15T00:00:00Z", "--overlap", "0s"]);
      expect(await watermark()).toEqual({ date_last_modified: "2025-03-10 00:00:00", sourced_id: "c-1" });
      expect((await desk.etl()).reference).toMatchObject({ courses: counts(2, 0) });
      expect(await watermark()).toEqual({ date_last_modified: "2025-03-20 00:00:00.000001", sourced_id: "c-2" });
    }));

  test("a row that is refused is counted in every run", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      await desk.source.put(
        "courses",
        reference("c-1", { title: "Math" }),
        reference("x".repeat(1_001), { title: "Long" }),
      );
      expect((await desk.etl([], { code: 1 })).reference).toMatchObject({ courses: counts(2, 1, 1) });
      expect((await desk.etl()).reference).toMatchObject({ courses: counts(2, 0, 1) });
    }));
});
