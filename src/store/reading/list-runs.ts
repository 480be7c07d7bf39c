import { type RawBuilder, sql } from "kysely";
import type { ListedRun, WholeRun } from "../../domain/views/run.js";
import type { Db } from "../engine/session.js";
import { streamRows } from "../engine/snapshot.js";
import { isoInstant } from "../engine/sql-time.js";
import { runHolders } from "../runs/runs.js";

/** Which runs to list, by start; instants in ISO 8601. */
export interface RunScope {
  command: string | null;
  /** Inclusive. */
  since: string | null;
  /** Exclusive. */
  until: string | null;
}

/** Instants of a watermark by table, as JSON text; the source's naive timestamps hold UTC. */
const watermark = (column: string): RawBuilder<unknown> => sql`(
  select jsonb_object_agg(w.key, ${isoInstant(sql`w.value::timestamp at time zone 'UTC'`)})::text
  from jsonb_each_text(${sql.ref(column)}) w)`;

const summaryObject = sql`case when jsonb_typeof(r.summary) = 'object' then r.summary end`;

/**
 * Columns of a run. Lock holders are read after the snapshot is taken, so a run that is unfinished in it and still at work is
 * recognised.
 */
async function membersOf(db: Db): Promise<RawBuilder<unknown>> {
  const holders = await runHolders(db);
  const isRunning = sql`exists (
    select from unnest(${holders.map(({ backendPid }) => backendPid)}::int[], ${holders.map(({ since }) => since)}::timestamptz[]) as h(pid, since)
    where h.pid = r.backend_pid and r.started_at >= coalesce(h.since, '-infinity'))`;
  return sql`
    select r.run_id::text as "runId", r.command, case when r.outcome is not null then r.outcome when ${isRunning} then 'running' else 'lost' end as state,
      ${isoInstant(sql`r.started_at`)} as "startedAt", ${isoInstant(sql`r.finished_at`)} as "finishedAt",
      round(extract(epoch from r.finished_at - r.started_at)::numeric, 3)::text as seconds,
      r.program_version as version, r.os_user as "osUser", r.db_role as "dbRole", r.host, r.pid::text as pid,
      case when r.arguments is not null then array(select jsonb_array_elements_text(r.arguments)) end as arguments,
      ${watermark("r.watermark_before")} as "watermarkBefore", ${watermark("r.watermark_after")} as "watermarkAfter",
      (select jsonb_object_agg(c.key, c.value)::text from jsonb_each(${summaryObject}) c
        where jsonb_typeof(c.value) = 'number' or c.key = 'facts') as counts,
      r.summary ->> 'error' as error`;
}

/** Logged runs, newest first, in pages. Call it in one snapshot. */
export async function* listRuns(db: Db, { command, since, until }: RunScope): AsyncGenerator<ListedRun[]> {
  yield* streamRows<ListedRun>(
    db,
    sql`${await membersOf(db)} from timeback.runs r
    where (${command}::text is null or r.command = ${command})
      and (${since}::timestamptz is null or r.started_at >= ${since}::timestamptz)
      and (${until}::timestamptz is null or r.started_at < ${until}::timestamptz)
    order by r.started_at desc, r.run_id`,
  );
}

/** The logged runs whose id has this prefix; two at most. */
export async function runsNamed(db: Db, runId: string): Promise<WholeRun[]> {
  const { rows } = await sql<WholeRun>`
    ${await membersOf(db)}, ${summaryObject}::text as summary from timeback.runs r
    where starts_with(r.run_id::text, lower(${runId})) order by r.started_at desc, r.run_id limit 2`.execute(db);
  return rows;
}
