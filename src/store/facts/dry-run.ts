import { sql } from "kysely";
import type { FactPlan, PlannedChange, PlannedFact } from "../../domain/views/fact-plan.js";
import type { Db, Store } from "../engine/session.js";
import { type Run, type RunRequest, withRun } from "../runs/runs.js";
import { columnsOf, FACT_COLUMNS, factsDiffer, VALUE_COLUMNS } from "./fact-columns.js";

const LARGEST = 20;

/** Opens the list of the facts as they were before a plan changed them: `pg_temp.facts_before`, without values where none stood. */
async function openPlan(db: Db): Promise<void> {
  await sql`
    create temp table facts_before as
    select ${columnsOf("", FACT_COLUMNS)}, false as stood from timeback.processed_facts with no data`.execute(db);
  await sql`create unique index on pg_temp.facts_before (student_id, fact_key)`.execute(db);
}

/** Whether the session makes a plan. */
export async function isPlanned(db: Db): Promise<boolean> {
  const { rows } = await sql<{ planned: boolean }>`
    select to_regclass('pg_temp.facts_before') is not null as planned`.execute(db);
  return rows[0]?.planned === true;
}

/** Keeps the facts that `pg_temp.fact_differences` is about as they stand, where no earlier derivation of the plan did. */
export async function keepFactsBefore(db: Db): Promise<void> {
  await sql`
    insert into pg_temp.facts_before
    select d.student_id, d.fact_key, ${columnsOf("f.", VALUE_COLUMNS)}, d.stands
    from pg_temp.fact_differences d
    left join timeback.processed_facts f on f.student_id = d.student_id and f.fact_key = d.fact_key
    on conflict do nothing`.execute(db);
}

/** What became of the facts that the plan changed. */
async function planSinceBefore(db: Db): Promise<FactPlan> {
  await sql`
    create temp table fact_changes as
    select case when not b.stood then 'inserted' when f.fact_key is null then 'deleted' else 'updated' end as change,
      b.student_id, b.fact_key, coalesce(f.email, b.email) as email, coalesce(f.date, b.date) as date,
      coalesce(f.event_type, b.event_type) as event_type, coalesce(f.xp_source, b.xp_source) as xp_source,
      b.xp_earned as xp_before, f.xp_earned as xp_after
    from pg_temp.facts_before b
    left join timeback.processed_facts f on f.student_id = b.student_id and f.fact_key = b.fact_key
    where case when b.stood and f.fact_key is not null then ${factsDiffer("f", "b")} else b.stood or f.fact_key is not null end`.execute(
    db,
  );
  const changes = await sql<Omit<PlannedChange, "rows"> & { rows: string }>`
    select change, event_type as "eventType", xp_source as "xpSource", count(*) as rows,
      coalesce(sum(xp_before), 0)::text as "xpBefore", coalesce(sum(xp_after), 0)::text as "xpAfter"
    from pg_temp.fact_changes group by 1, 2, 3
    order by array_position(array['inserted', 'updated', 'deleted'], change), 2, 3 nulls last`.execute(db);
  const largest = await sql<PlannedFact>`
    select change, student_id as "studentId", email, to_char(date, 'YYYY-MM-DD') as date, fact_key as "factKey",
      xp_before::text as "xpBefore", xp_after::text as "xpAfter"
    from pg_temp.fact_changes where coalesce(xp_before, 0) <> coalesce(xp_after, 0)
    order by abs(coalesce(xp_after, 0) - coalesce(xp_before, 0)) desc, student_id collate "C", date, fact_key collate "C"
    limit ${LARGEST}`.execute(db);
  return { changes: changes.rows.map((row) => ({ ...row, rows: Number(row.rows) })), largest: largest.rows };
}

/** As `withRun`; a dry run also says what it would do to the facts. */
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
