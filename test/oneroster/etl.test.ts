import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { activity } from "../support/caliper-samples.js";
import { contentsOf } from "../support/contents.js";
import { describeOnEngines, engines } from "../support/engines.js";
import { EtlDesk } from "../support/etl-desk.js";
import { scratchFolder } from "../support/scratch.js";
import { reference, result, user } from "../support/source-database.js";
import { timebackJson } from "../support/timeback.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
/** A page of a reference table has 25,000 rows. */
const MORE_THAN_A_PAGE = 50_005;
const NO_CHANGE = { inserted: 0, updated: 0, deleted: 0 };

describe.skipIf(!hasPostgres)("etl oneroster", () => {
  describeOnEngines("what a run does", (engine) => {
    test("the first run lands everything, the next one nothing, a plan writes nothing, one changed row moves one fact", () =>
      EtlDesk.lend(engine, {}, async (desk) => {
        const { analytics, source } = desk;
        await source.put("users", user("tess", { metadata: { isTestUser: true } }));
        await source.put(
          "assessment_results",
          result("ar-1", 5),
          result("ar-2", "1.5", { date_last_modified: "2025-03-11T12:00:00.123456" }),
          result("ar-3", 4, { student_sourced_id: "tess" }),
          result("ar-4", 4, { student_sourced_id: null }),
        );
        expect(await desk.etl([], { code: 1 })).toMatchObject({
          command: "etl oneroster",
          ...{ read: 4, changed: 2, unchanged: 0, rejected: 1, testUsers: 1, vanished: 0 },
          watermark: { before: null, after: "2025-03-11T12:00:00.123Z" },
          facts: { inserted: 2, updated: 0, deleted: 0 },
          reference: { users: { read: 2, changed: 2, rejected: 0, vanished: 0 } },
          missing: [],
        });
        expect(await desk.xp()).toEqual({ "ar-1": "5.00", "ar-2": "1.50" });

        const landed = await contentsOf(analytics, ["runs", "rejects"]);
        expect(await desk.etl()).toMatchObject({
          ...{ read: 4, changed: 0, unchanged: 2, rejected: 1, testUsers: 1 },
          watermark: { before: "2025-03-11T12:00:00.123Z", after: "2025-03-11T12:00:00.123Z" },
          facts: NO_CHANGE,
        });
        expect(await contentsOf(analytics, ["runs", "rejects"])).toEqual(landed);

        await source.put("assessment_results", result("ar-1", 7, { date_last_modified: "2025-03-12T00:00:00" }));
        const before = await contentsOf(analytics);
        const updated = { changed: 1, unchanged: 1, facts: { inserted: 0, updated: 1, deleted: 0 } };
        expect(await desk.etl(["--dry-run"])).toMatchObject({ dryRun: true, ...updated });
        expect(await contentsOf(analytics), "a plan writes nothing, not even a run").toEqual(before);
        expect(await desk.etl()).toMatchObject(updated);
        expect(await desk.xp()).toEqual({ "ar-1": "7.00", "ar-2": "1.50" });
      }));
  });

  describeOnEngines("a result beside another one's event", (engine) => {
    test("moves the fact of its own event, and the other one stays as it stands", () =>
      EtlDesk.lend(engine, {}, async (desk) => {
        const { analytics, source, env } = desk;
        const file = join(await scratchFolder("near events"), "events.ndjson");
        const at = (hour: string) => `2025-03-09T${hour}:00:00.000Z`;
        const event = (n: number, eventTime: string) =>
          activity({
            id: `urn:uuid:00000000-0000-4000-8000-00000000000${n}`,
            eventTime,
            actor: { id: "https://host/users/maya" },
          });
        await writeFile(file, [event(1, at("08")), event(2, at("10"))].map((line) => JSON.stringify(line)).join("\n"));
        await timebackJson(["ingest", file, "--format", "json"], { env });
        const ofActivity = (id: string, hour: string) =>
          result(id, 9, { assessment_line_item_sourced_id: "res_1_ali", score_date: at(hour) });
        await source.put("assessment_results", ofActivity("ar-1", "08"));
        expect(await desk.etl()).toMatchObject({ changed: 1, facts: { inserted: 0, deleted: 0 } });
        const facts = () =>
          analytics.query("select sources, xmin::text as version from timeback.processed_facts order by fact_key");
        const [first] = await facts();
        expect(first?.sources).toContain("oneroster:assessment_result:ar-1");
        await source.put("assessment_results", ofActivity("ar-2", "10"));
        expect(await desk.etl()).toMatchObject({
          changed: 1,
          unchanged: 1,
          facts: { inserted: 0, updated: 1, deleted: 0 },
        });
        const [same, second] = await facts();
        expect(same).toEqual(first);
        expect(second?.sources).toContain("oneroster:assessment_result:ar-2");
      }));
  });

  test("rows of one instant, or without a date, that fill more than a page are read once each, whatever their ids look like", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      // Whichever row a page ends with, its id holds a quote, a backslash, a tab and a line feed.
      const many = (table: string, dated: string) => `
        insert into ${table} (sourced_id, date_last_modified, title)
        select '''\\' || chr(9) || chr(10) || n, ${dated}, 'Title ' || n from generate_series(1, ${MORE_THAN_A_PAGE}) n`;
      await desk.source.session(async (query) => {
        await query(many("courses", "timestamp '2025-03-10 00:00:00.000001'"));
        await query(many("resources", "null"));
      });
      const counts = (changed: number) => ({ read: MORE_THAN_A_PAGE, changed, rejected: 0, vanished: 0 });
      const both = (changed: number) => ({ courses: counts(changed), resources: counts(changed) });
      expect((await desk.etl()).reference).toMatchObject(both(MORE_THAN_A_PAGE));
      expect((await desk.etl(["--overlap", "0s"])).reference).toMatchObject(both(0));
    }));

  test("a row that was committed late is found inside the overlap; an older one only by --full", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      await desk.source.put("assessment_results", result("ar-1", 5, { date_last_modified: "2025-03-20T00:00:00" }));
      await desk.etl();
      await desk.source.put(
        "assessment_results",
        result("on-the-edge", 1, { date_last_modified: "2025-03-13T00:00:00" }),
        result("too-old", 2, { date_last_modified: "2025-03-12T23:59:59.999999" }),
      );
      expect(await desk.etl(["--overlap", "60m"])).toMatchObject({ read: 1, changed: 0 });
      expect(await desk.etl()).toMatchObject({ read: 2, changed: 1 });
      expect(await desk.etl(["--full"])).toMatchObject({ read: 3, changed: 1, vanished: 0 });
      expect(await desk.xp()).toEqual({ "ar-1": "5.00", "on-the-edge": "1.00", "too-old": "2.00" });
    }));

  test("rows without a date, or dated in the future, are read in every run and hide no other; microseconds count", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      const at = (date: string | null) => ({ date_last_modified: date });
      await desk.source.put(
        "assessment_results",
        result("none", 1, at(null)),
        result("future", 2, at("2999-01-01T00:00:00")),
        result("never", 3, at("infinity")),
        result("now", 4, at("2025-03-10T08:00:00.123456")),
      );
      expect(await desk.etl(["--overlap", "0s"])).toMatchObject({
        read: 4,
        watermark: { after: "2025-03-10T08:00:00.123Z" },
      });
      await desk.source.put(
        "assessment_results",
        result("none", 10, at(null)),
        result("future", 20, at("2999-01-01T00:00:00")),
        result("later", 5, at("2025-03-10T08:00:00.123457")),
        result("earlier", 6, at("2025-03-10T08:00:00.123455")),
      );
      expect(await desk.etl(["--overlap", "0s"])).toMatchObject({ read: 5, changed: 3 });
      expect(await desk.xp()).toEqual({ none: "10.00", future: "20.00", never: "3.00", now: "4.00", later: "5.00" });
    }));

  test("--since reads from there, and moves the watermark only where that leaves no gap", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      const on = (day: string) => ({ date_last_modified: `2025-03-${day}T00:00:00` });
      await desk.source.put("assessment_results", result("ar-10", 1, on("10")), result("ar-20", 2, on("20")));
      const first = await desk.etl(["--since", "2025-03-15T00:00:00Z"]);
      expect(first, "nothing was read before the 15th").toMatchObject({ read: 1, watermark: { after: null } });
      expect(await desk.etl()).toMatchObject({ read: 2, changed: 1, watermark: { after: "2025-03-20T00:00:00.000Z" } });

      await desk.source.put("assessment_results", result("ar-21", 3, on("21")), result("ar-25", 4, on("25")));
      const gap = await desk.etl(["--since", "2025-03-24T22:00:00-02:00", "--overlap", "0s"]);
      expect(gap).toMatchObject({ read: 1, changed: 1, watermark: { after: "2025-03-20T00:00:00.000Z" } });
      const closed = await desk.etl(["--since", "2025-03-20T02:00:00+02:00", "--overlap", "0s"]);
      expect(closed).toMatchObject({ read: 3, changed: 1, watermark: { after: "2025-03-25T00:00:00.000Z" } });
    }));

  test("--full voids results and drops users and line items that the source no longer has, and they may come back", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      const { source } = desk;
      const child = reference("li-ar-2", { parent_sourced_id: "li-parent", title: "Part A" });
      await source.put("users", user("leo"));
      await source.put("assessment_line_items", child);
      await source.put(
        "assessment_results",
        result("ar-1", 5),
        result("ar-2", 3),
        result("ar-3", 2, { student_sourced_id: "leo" }),
      );
      await desk.etl();
      const whole = await desk.checksum();
      expect(await desk.xp()).toEqual({ "ar-1": "5.00", "ar-3": "2.00" });

      await source.remove("assessment_results", "ar-1");
      await source.remove("users", "leo");
      await source.remove("assessment_line_items", "li-ar-2");
      expect(await desk.etl(), "only a full reading can know").toMatchObject({ vanished: 0, facts: NO_CHANGE });
      expect(await desk.etl(["--full"])).toMatchObject({
        ...{ read: 2, changed: 0, unchanged: 2, vanished: 1 },
        reference: { users: { read: 1, vanished: 1 }, assessment_line_items: { read: 0, vanished: 1 } },
        facts: { inserted: 1, updated: 1, deleted: 1 },
      });
      expect(await desk.xp(), "no child of a line item any more").toEqual({ "ar-2": "3.00", "ar-3": "2.00" });
      const emails = await desk.analytics.query("select email from timeback.processed_facts where student_id = 'leo'");
      expect(emails).toEqual([{ email: null }]);
      expect(await desk.etl(["--full"])).toMatchObject({ vanished: 0, facts: NO_CHANGE });

      await source.put("assessment_results", result("ar-1", 5));
      await source.put("users", user("leo"));
      await source.put("assessment_line_items", child);
      expect(await desk.etl(["--full"])).toMatchObject({ changed: 1, facts: { inserted: 1, updated: 1, deleted: 1 } });
      expect(await desk.checksum()).toBe(whole);
    }));
});
