import { sql } from "kysely";
import type { FactPlan, PlannedChange, PlannedFact } from "../domain/fact-plan.js";
import { FACT_COLUMNS, factsDiffer } from "./derive.js";
import { type Run, type RunRequest, withRun } from "./runs.js";
import type { Session, Store } from "./session.js";

type Db = Session["db"];

const LARGEST = 20;

/** Keeps the facts as they stand in `pg_temp.facts_before`. */
async function keepFactsBefore(db: Db): Promise<void> {
  const columns = sql.join(FACT_COLUMNS.map((column) => sql.ref(column)));
  await sql`create temp table facts_before as select ${columns} from timeback.processed_facts`.execute(db);
  await sql`create index on pg_temp.facts_before (student_id, fact_key)`.execute(db);
  await sql`analyze pg_temp.facts_before`.execute(db);
}

/** What became of the facts since `keepFactsBefore`. */
async function planSinceBefore(db: Db): Promise<FactPlan> {
  await sql`
    create temp table fact_changes as
    select case when b.fact_key is null then 'inserted' when f.fact_key is null then 'deleted' else 'updated' end as change,
      coalesce(f.student_id, b.student_id) as student_id, coalesce(f.fact_key, b.fact_key) as fact_key,
      coalesce(f.email, b.email) as email, coalesce(f.date, b.date) as date, coalesce(f.event_type, b.event_type) as event_type,
      coalesce(f.xp_source, b.xp_source) as xp_source, b.xp_earned as xp_before, f.xp_earned as xp_after
    from timeback.processed_facts f
    full join pg_temp.facts_before b on b.student_id = f.student_id and b.fact_key = f.fact_key
    where b.fact_key is null or f.fact_key is null or ${factsDiffer("f", "b")}`.execute(db);
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
    await keepFactsBefore(run.session.db);
    const done = await work(run);
    return { ...done, plan: await planSinceBefore(run.session.db) };
  });
