import { describe, expect, test } from "vitest";
import { contentsOf } from "../support/contents.js";
import { engines, type FreshDatabase } from "../support/engines.js";
import { EtlDesk } from "../support/etl-desk.js";
import { result, sourceDatabase, user } from "../support/source-database.js";
import { startTimeback, timeback } from "../support/timeback.js";
import { until } from "../support/until.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
const ALL = "grant select on all tables in schema public to $role";

describe.skipIf(!hasPostgres)("etl oneroster and the state of its source", () => {
  test("optional tables may be missing; the run says which, and what is not known without them", () =>
    EtlDesk.lend("postgres", { only: ["users", "assessment_results", "courses"] }, async (desk) => {
      await desk.source.put("assessment_results", result("ar-1", 5));
      const said = await desk.run([]);
      expect(said).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^etl oneroster: 1 results read: 1 changed, .+\n$/),
      });
      expect(said.stderr.trimEnd().split("\n").sort()).toEqual([
        "the source has no assessment_line_items; without it, these are unknown: child line items, and activities of line items that are not named after their resource",
        "the source has no component_resources; without it, these are unknown: activities of line items that are not named after their resource",
        "the source has no course_components; without it, these are unknown: courses of results that do not name theirs",
        "the source has no resources; without it, these are unknown: base XP, and which activities are videos or articles",
      ]);
      expect(await desk.run(["-q"])).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
      const { missing } = await desk.etl();
      expect(missing.map(({ table }) => table)).toEqual([
        "course_components",
        "resources",
        "component_resources",
        "assessment_line_items",
      ]);
    }));

  test("whatever is wanting, tables, columns, permissions, is named in one line, and nothing is written", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      const { source } = desk;
      await source.put("users", user("tess", { metadata: { isTestUser: true } }));
      await source.put("assessment_results", result("ar-1", 5));
      await desk.etl(["--dry-run"]);
      const before = await contentsOf(desk.analytics);
      const refused = async (args: string[], url: string, complaint: string) => {
        const run = await desk.run(args, { ONEROSTER_DATABASE_URL: url });
        expect(run).toEqual({
          code: 3,
          signal: null,
          stdout: "",
          stderr: `timeback: the OneRoster source cannot be read: ${complaint} (nothing was written)\n`,
        });
      };
      await refused(
        ["--source-schema", "nowhere"],
        source.url,
        "table nowhere.users is missing; table nowhere.assessment_results is missing",
      );
      const partly = await source.roleUrl(
        "grant select (sourced_id, email, status, date_last_modified) on users to $role",
        "grant select on assessment_results, courses, course_components, resources, component_resources to $role",
        "grant select (sourced_id, title, date_last_modified) on assessment_line_items to $role",
      );
      await refused(
        [],
        partly,
        "no permission to read public.users (metadata): grant select on it; " +
          "no permission to read public.assessment_line_items (parent_sourced_id, component_sourced_id, component_resource_sourced_id, course_sourced_id): grant select on it",
      );
      const outside = await source.roleUrl(ALL, "revoke all on schema public from public");
      const closed = await desk.run([], { ONEROSTER_DATABASE_URL: outside });
      expect(closed).toMatchObject({
        code: 3,
        stderr: expect.stringMatching(/^timeback: .+no permission to read public.users \(.+\n$/),
      });
      await source.query(
        "alter table assessment_results drop column metadata, drop column score_date; drop table users",
      );
      await refused(
        [],
        source.url,
        "table public.users is missing; table public.assessment_results has no column metadata, score_date",
      );
      expect(await contentsOf(desk.analytics)).toEqual(before);
    }));

  test("a role that may only read the columns that docs/oneroster.md names is enough", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      await desk.source.put("assessment_results", result("ar-1", 5));
      const url = await desk.source.roleUrl(
        "grant select (sourced_id, date_last_modified, email, status, metadata) on users to $role",
        `grant select (sourced_id, date_last_modified, status, metadata, assessment_line_item_sourced_id, student_sourced_id,
          score_date, score_status) on assessment_results to $role`,
        `grant select (sourced_id, date_last_modified, title, parent_sourced_id, component_sourced_id,
          component_resource_sourced_id, course_sourced_id) on assessment_line_items to $role`,
        "grant select (sourced_id, date_last_modified, component_sourced_id, resource_sourced_id, title) on component_resources to $role",
        "grant select (sourced_id, date_last_modified, title, metadata) on resources to $role",
        "grant select (sourced_id, date_last_modified, course_sourced_id, title) on course_components to $role",
        "grant select (sourced_id, date_last_modified, title, subjects) on courses to $role",
      );
      expect(await desk.etl([], { env: { ONEROSTER_DATABASE_URL: url } })).toMatchObject({ changed: 1, missing: [] });
    }));

  test("the source is never written, whoever the user is and whatever options stand in the URL", () =>
    EtlDesk.lend("postgres", { least: false }, async (desk) => {
      // A view that would leave a row behind: even reading it must not.
      await desk.source.query(`
        create table trace (at timestamptz);
        create function leave_trace() returns text language plpgsql volatile as $$ begin insert into trace values (now()); return 'active'; end $$;
        alter table courses rename to real_courses; insert into real_courses (sourced_id, title) values ('c-1', 'Math');
        create view courses as select sourced_id, title || leave_trace() as title from real_courses`);
      for (const options of [
        "",
        "?options=-c%20search_path%3Dpublic&application_name=cron",
        "?options=-c%20default_transaction_read_only%3Doff",
      ])
        expect(await desk.run([], { ONEROSTER_DATABASE_URL: desk.source.url + options })).toEqual({
          code: 3,
          signal: null,
          stdout: "",
          stderr:
            "timeback: the OneRoster source: cannot execute INSERT in a read-only transaction (the session is read-only); what was committed is kept, a rerun continues\n",
        });
      expect(await desk.source.query("select * from trace")).toEqual([]);
    }));

  test("a fault is told of the database that had it, and the run log keeps it", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      await desk.source.put("assessment_results", result("ar-1", 5));
      await desk.etl(["--dry-run"]);
      await desk.analytics.query(`
        create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no room'; end $$;
        create trigger refuse before insert on timeback.assessment_results execute function refuse()`);
      const refused = await desk.run([]);
      expect(refused).toMatchObject({
        code: 3,
        stderr: "timeback: the analytics database: no room; what was committed is kept, a rerun continues\n",
      });
      expect(
        await desk.analytics.query("select command, outcome, summary ->> 'error' as error from timeback.runs"),
      ).toEqual([{ command: "etl oneroster", outcome: "failed", error: "no room" }]);
      await desk.analytics.query("drop trigger refuse on timeback.assessment_results");

      await desk.source.session(async (query) => {
        await query("begin");
        await query("lock table assessment_results");
        const { ended } = await startTimeback(["etl", "oneroster"], { env: desk.env });
        await until(() => isWaiting(desk.source));
        await query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'timeback %' and datname = current_database()",
        );
        const lost = await ended;
        expect(lost).toMatchObject({
          code: 3,
          stderr: expect.stringMatching(/^timeback: the OneRoster source: .+a rerun continues\n$/),
        });
        await query("rollback");
      });
      expect(await desk.etl(), "and a rerun continues").toMatchObject({ changed: 1, facts: { inserted: 1 } });
    }));

  test("killed between two pages and run again, nothing is lost and nothing doubled", () =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      await desk.source.query(`
        insert into assessment_results (sourced_id, date_last_modified, assessment_line_item_sourced_id, student_sourced_id, score_date, metadata)
        select 'ar-' || n, timestamp '2025-03-01' + n * interval '1 minute', 'li-' || n, 'maya', '2025-03-01', jsonb_build_object('xp', (n % 100 = 0)::int) from generate_series(1, 51000) n`);
      await desk.etl(["--dry-run"]);
      // The second page would move the watermark that the first one made: there it waits, and dies waiting.
      await desk.analytics.session(async (query) => {
        await query(`
          create function wait() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(42); return new; end $$;
          create trigger wait before update on timeback.watermarks for each row
          when (old.source_table = 'assessment_results') execute function wait()`);
        await query("select pg_advisory_lock(42)");
        const { child, ended } = await startTimeback(["etl", "oneroster"], { env: desk.env });
        await until(() => isWaiting(desk.analytics));
        child.kill("SIGKILL");
        expect(await ended).toMatchObject({ code: null, signal: "SIGKILL" });
        expect(await query("select count(*) as n from timeback.assessment_results")).toEqual([{ n: "50000" }]);
        await query("select pg_advisory_unlock(42)");
      });
      expect(await desk.etl(["--overlap", "0s"])).toMatchObject({
        read: 1001,
        changed: 1000,
        facts: { inserted: 10 },
      });
      expect(
        await desk.analytics.query("select count(*) as facts, sum(xp_earned) as xp from timeback.processed_facts"),
      ).toEqual([{ facts: "510", xp: "510.00" }]);
    }));

  test("an unknown source role, database or port is one line with exit 3, and nothing is written", async () => {
    const source = await sourceDatabase("unreachable", { least: false });
    try {
      const [host, database] = [new URL(source.url).host, new URL(source.url).pathname];
      const env = { DATABASE_URL: source.url };
      for (const [url, complaint] of [
        [`postgres://nobody_here:secret-word@${host}${database}`, /nobody_here/],
        [`postgres://nobody_here:secret-word@127.0.0.1:1/app`, /ECONNREFUSED.+nothing listens there/],
      ] as const) {
        const run = await timeback(["etl", "oneroster", "-v", "--source-url", url], { env });
        expect(run).toMatchObject({ code: 3, stdout: "", stderr: expect.stringMatching(complaint) });
        expect(run.stderr).toMatch(/^timeback: the OneRoster source database: /);
        expect(run.stderr).not.toContain("secret-word");
      }
      expect(await source.query("select from timeback.runs")).toEqual([]);
    } finally {
      await source.close();
    }
  });
});

/** Whether a run waits for a lock on this database; asked on a new connection, since a transaction sees one state only. */
async function isWaiting({ query }: Pick<FreshDatabase, "query">): Promise<boolean> {
  const waiting = await query(
    "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and application_name like 'timeback %'",
  );
  return waiting.length > 0;
}
