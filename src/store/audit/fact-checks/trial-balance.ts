import { sql } from "kysely";
import type { BalanceDay } from "../../../domain/findings/balance.js";
import { pagesOf } from "../../engine/cursor.js";
import type { Db } from "../../engine/session.js";
import { isoDay } from "../../engine/sql-time.js";
import { madeTable } from "../../engine/temp-table.js";
import { among, type FactScope, within } from "../../facts/fact-scope.js";
import { sessionFindings } from "../findings/finding-columns.js";
import { expectedFacts, isAnyDifference } from "./expected-facts.js";
import { createEmptyGroups, expectedOfDiffering, groupMembers } from "./fact-groups.js";
import { groupKinds } from "./group-findings.js";

/** What each cause adds to a day's counted XP: unexpected stored facts, minus missing expected facts; and bundles. */
const causes = sql`
  select m.student_id, coalesce(s.date, d.date) as date, k.kind, sum(case when m.stored then m.xp else -m.xp end) as xp
  from ${groupMembers} m
  join ${groupKinds} k on k.student_id = m.student_id and k.fact_group = m.fact_group
  left join timeback.processed_facts s on m.stored and s.student_id = m.student_id and s.fact_key = m.fact_key
  left join ${expectedOfDiffering} d on not m.stored and d.student_id = m.student_id and d.fact_key = m.fact_key
  group by 1, 2, 3
  union all
  select student_id, date, kind, sum(inflation) from ${sessionFindings}
  where kind = 'bundled-xp' and verdict = 'confirmed' group by 1, 2, 3`;

/** By student and day: counted XP, true XP, the causes of the difference, and the unexplained rest. */
const balance = madeTable("balance", ["student_id", "email", "date", "counted", "truth", "causes", "unexplained"]);

/**
 * Creates `balance` for every student and day in scope. True XP is that of the expected facts, minus bundled XP. Call it after a
 * complete audit of the scope's students.
 */
export async function closeBalance(db: Db, scope: FactScope): Promise<void> {
  if (!(await isAnyDifference(db))) {
    await createEmptyGroups(db);
    await groupKinds.create(db);
  }
  await balance
    .createFrom(sql`
    with cause as (${causes}),
    counted as (
      select f.student_id, f.date, min(f.email) as email, coalesce(sum(f.xp_earned), 0) as xp
      from timeback.processed_facts f where ${among(sql`f.student_id`, scope)} group by 1, 2),
    expected as (
      select d.student_id, d.date, min(d.email) as email, coalesce(sum(d.xp_earned), 0) as xp
      from ${expectedFacts(among(sql`f.student_id`, scope))} d group by 1, 2),
    caused as (
      select student_id, date, sum(xp) as xp, coalesce(sum(xp) filter (where kind = 'bundled-xp'), 0) as bundled,
        json_agg(json_build_object('kind', kind, 'xp', trim_scale(xp)::text) order by kind) filter (where xp <> 0) as causes
      from cause group by 1, 2),
    day as (
      select student_id, date from counted union select student_id, date from expected union select student_id, date from caused)
    select day.student_id, coalesce(n.email, c.email) as email, day.date, coalesce(n.xp, 0) as counted,
      coalesce(c.xp, 0) - coalesce(k.bundled, 0) as truth, k.causes,
      coalesce(n.xp, 0) - (coalesce(c.xp, 0) - coalesce(k.bundled, 0)) - coalesce(k.xp, 0) as unexplained
    from day
    left join counted n on n.student_id = day.student_id and n.date = day.date
    left join expected c on c.student_id = day.student_id and c.date = day.date
    left join caused k on k.student_id = day.student_id and k.date = day.date
    where ${within(sql`day.date`, scope)}`)
    .execute(db);
}

/** Number of days, and number and XP of unexplained days. */
export async function unexplainedDays(db: Db): Promise<{ days: number; unexplained: number; xp: string }> {
  const { rows } = await sql<{ days: string; unexplained: string; xp: string }>`
    select count(*) as days, count(*) filter (where unexplained <> 0) as unexplained,
      coalesce(sum(abs(unexplained)), 0)::text as xp from ${balance}`.execute(db);
  return { days: Number(rows[0]?.days ?? 0), unexplained: Number(rows[0]?.unexplained ?? 0), xp: rows[0]?.xp ?? "0" };
}

/** Every day: unexplained ones first, then by email (unknown last), student and day. */
export const listBalance = (db: Db): AsyncGenerator<BalanceDay[]> =>
  pagesOf(
    db,
    sql<BalanceDay>`
    select student_id as "studentId", email, ${isoDay(sql`date`)} as date, trim_scale(counted)::text as counted,
      trim_scale(truth)::text as truth, coalesce(causes, '[]') as causes, trim_scale(unexplained)::text as unexplained
    from ${balance} b
    order by unexplained <> 0 desc, email collate "C" nulls last, student_id collate "C", b.date`,
  );
