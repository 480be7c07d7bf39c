import { describe, expect, test } from "vitest";
import { engines } from "../support/engines.js";
import { EtlDesk } from "../support/etl-desk.js";

const hasPostgres = engines.some(({ name, available }) => name === "postgres" && available);
/** A page has 50,000 rows. */
const ROWS = 50_001;

describe.skipIf(!hasPostgres)("etl oneroster, a result that changes while the first load reads", () => {
  test.each(["1", "4"])("is landed in both readings, with a history, with a pool of %s", (poolMax) =>
    EtlDesk.lend("postgres", {}, async (desk) => {
      // The view shows ar-1 twice, as two pages of one run would see it: 1 XP on the first page, 3 XP on the second.
      await desk.source.query(`
        alter table assessment_results rename to stored_results;
        insert into stored_results (sourced_id, date_last_modified, assessment_line_item_sourced_id, student_sourced_id, score_date, metadata)
        select 'ar-' || n, timestamp '2025-03-01' + n * interval '1 minute', 'li-' || n, 'maya', '2025-03-01', jsonb_build_object('xp', (n = 1)::int)
        from generate_series(1, ${ROWS}) n;
        create view assessment_results as
        select * from stored_results
        union all select sourced_id, status, timestamp '2025-12-31', jsonb_build_object('xp', 3), assessment_line_item_sourced_id,
          student_sourced_id, score, score_date, score_status, in_progress, incomplete, late, missing, comment
        from stored_results where sourced_id = 'ar-1'`);
      expect(await desk.etl([], { env: { TIMEBACK_POOL_MAX: poolMax } })).toMatchObject({
        read: ROWS + 1,
        changed: ROWS + 1,
        unchanged: 0,
        facts: { inserted: 1, updated: 1, deleted: 0 },
      });
      expect(await desk.xp()).toEqual({ "ar-1": "3.00" });
      expect(
        await desk.analytics.query("select sourced_id, version, xp from timeback.assessment_result_versions"),
      ).toEqual([{ sourced_id: "ar-1", version: 1, xp: "1" }]);
      expect(await desk.analytics.query("select count(*) as n from timeback.assessment_results")).toEqual([
        { n: String(ROWS) },
      ]);
    }),
  );
});
