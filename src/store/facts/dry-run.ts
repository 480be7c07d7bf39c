import { sql } from "kysely";
import type { FactPlan, PlannedChange, PlannedFact } from "../../domain/views/fact-plan.js";
import { columnsOf } from "../engine/column-list.js";
import type { Db, Store } from "../engine/session.js";
import { isoDay } from "../engine/sql-time.js";
import { madeTable, tableLike } from "../engine/temp-table.js";
import { type Run, type RunRequest, withRun } from "../runs/runs.js";
import { FACT_COLUMNS, factsDiffer, VALUE_COLUMNS } from "./fact-columns.js";
import { factDifferences } from "./fact-differences.js";

const LARGEST = 20;

/** The facts before a dry run changed them; without values if none was stored (`was_stored`). */
const factsBefore = tableLike(
  "facts_before",
  [...FACT_COLUMNS, "was_stored"],
  sql`(select *, false as was_stored from timeback.processed_facts) f`,
);

async function openPlan(db: Db): Promise<void> {
  await factsBefore.create(db);
  await sql`create unique index on ${factsBefore} (student_id, fact_key)`.execute(db);
}

/** Whether the session is in a dry run. */
export async function isPlanned(db: Db): Promise<boolean> {
  const { rows } = await sql<{ planned: boolean }>`
    select to_regclass(${factsBefore.path}) is not null as planned`.execute(db);
  return rows[0]?.planned === true;
}

/** Copies the stored facts with the keys in `factDifferences` to `factsBefore`, unless an earlier derivation of the dry run did. */
export async function keepFactsBefore(db: Db): Promise<void> {
  await sql`
    insert into ${factsBefore}
    select d.student_id, d.fact_key, ${columnsOf("f.", VALUE_COLUMNS)}, d.stored
    from ${factDifferences} d
    left join timeback.processed_facts f on f.student_id = d.student_id and f.fact_key = d.fact_key
    on conflict do nothing`.execute(db);
}

/** The facts that a dry run changed, before and after. */
const factChanges = madeTable("fact_changes", [
  ...["change", "student_id", "fact_key", "email", "date", "event_type", "xp_source", "xp_before", "xp_after"],
]);

/** The plan of the dry run so far. */
async function planSinceBefore(db: Db): Promise<FactPlan> {
  await factChanges
    .createFrom(sql`
    select case when not b.was_stored then 'inserted' when f.fact_key is null then 'deleted' else 'updated' end as change,
      b.student_id, b.fact_key, coalesce(f.email, b.email) as email, coalesce(f.date, b.date) as date,
      coalesce(f.event_type, b.event_type) as event_type, coalesce(f.xp_source, b.xp_source) as xp_source,
      b.xp_earned as xp_before, f.xp_earned as xp_after
    from ${factsBefore} b
    left join timeback.processed_facts f on f.student_id = b.student_id and f.fact_key = b.fact_key
    where case when b.was_stored and f.fact_key is not null then ${factsDiffer("f", "b")} else b.was_stored or f.fact_key is not null end`)
    .execute(db);
  const changes = await sql<Omit<PlannedChange, "rows"> & { rows: string }>`
    select change, event_type as "eventType", xp_source as "xpSource", count(*) as rows,
      coalesce(sum(xp_before), 0)::text as "xpBefore", coalesce(sum(xp_after), 0)::text as "xpAfter"
    from ${factChanges} group by 1, 2, 3
    order by array_position(array['inserted', 'updated', 'deleted'], change), 2, 3 nulls last`.execute(db);
  const largest = await sql<PlannedFact>`
    select change, student_id as "studentId", email, ${isoDay(sql`date`)} as date, fact_key as "factKey",
      xp_before::text as "xpBefore", xp_after::text as "xpAfter"
    from ${factChanges} where coalesce(xp_before, 0) <> coalesce(xp_after, 0)
    order by abs(coalesce(xp_after, 0) - coalesce(xp_before, 0)) desc, student_id collate "C", date, fact_key collate "C"
    limit ${LARGEST}`.execute(db);
  return { changes: changes.rows.map((row) => ({ ...row, rows: Number(row.rows) })), largest: largest.rows };
}

/** As `withRun`; a dry run also returns the planned changes to facts. */
export const withPlannedRun = <T extends object>(
  store: Store,
  request: RunRequest,
  work: (run: Run) => Promise<T>,
): Promise<T & { plan?: FactPlan }> =>
  withRun(store, request, async (run) => {
    if (!request.dryRun) return work(run);
    await openPlan(run.session.db);
    const done = await work(run);
    return { ...done, plan: await planSinceBefore(run.session.db) };
  });
