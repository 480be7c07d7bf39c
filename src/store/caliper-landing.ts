import { type RawBuilder, sql } from "kysely";
import type { CopyRows, Session } from "./session.js";
import { analyzeGrown } from "./statistics.js";
import { landActors } from "./students.js";

/** Columns that both the staging table and the landed table have, and that a fact reads. */
const FACT_COLUMNS = [
  "event_type",
  "has_metrics",
  "actor_key",
  "occurred_at",
  "attempt",
  "xp",
  "total_questions",
  "correct_questions",
  "mastered_units",
  "active_seconds",
  "inactive_seconds",
  "waste_seconds",
  "unknown_seconds",
  "anti_pattern_seconds",
  "activity_key",
  "object_slug",
  "subject",
  "app",
  "course_id",
  "course_name",
  "activity_name",
  "caliper_run_id",
] as const;

/** The staging columns in the order in which `landEvents` takes its COPY rows. */
const incomingColumns = [
  "ordinal",
  "file",
  "line",
  "event_id",
  "actor_segment",
  "actor_looks_like_user",
  "email",
  ...FACT_COLUMNS,
  "payload",
] as const;

/** What became of the events of one chunk. */
export interface Landed {
  stored: number;
  duplicates: number;
  /** Records whose id is landed with another content in a field that a fact reads. */
  conflicts: number;
  /** Of those, the ones that were not kept before. */
  newConflicts: number;
}

const columns = (prefix: string): RawBuilder<unknown> =>
  sql.join(FACT_COLUMNS.map((column) => sql.ref(`${prefix}${column}`)));

async function openStaging(db: Session["db"]): Promise<void> {
  await sql`create temp table if not exists incoming_events (
    ordinal int, file text, line bigint, event_id uuid, actor_segment text, actor_looks_like_user boolean, email text collate "C",
    event_type text, has_metrics boolean, actor_key uuid, occurred_at timestamptz, attempt int, xp numeric,
    total_questions numeric, correct_questions numeric, mastered_units numeric, active_seconds numeric,
    inactive_seconds numeric, waste_seconds numeric, unknown_seconds numeric, anti_pattern_seconds numeric,
    activity_key text collate "C", object_slug text collate "C", subject text, app text, course_id text collate "C", course_name text, activity_name text,
    caliper_run_id text, payload text)`.execute(db);
  await sql`truncate pg_temp.incoming_events`.execute(db);
}

/** Keeps the records that contradict a landed event beside it, each once. Returns [all, new]. */
async function keepConflicts(db: Session["db"], runId: string): Promise<[number, number]> {
  const { rows } = await sql<{ found: string; fresh: string }>`
    with differing as (
      select i.*, md5(row(${columns("i.")})::text) as digest
      from pg_temp.incoming_events i join timeback.caliper_events e on e.event_id = i.event_id
      where (${columns("i.")}) is distinct from (${columns("e.")})),
    kept as (
      insert into timeback.caliper_conflicts as c (event_id, digest, file, line, payload, landed_run, first_seen, last_seen)
      select distinct on (event_id, digest) event_id, digest, file, line, payload, ${runId}::uuid, statement_timestamp(), statement_timestamp()
      from differing order by event_id, digest, ordinal
      on conflict (event_id, digest) do update set last_seen = greatest(statement_timestamp(), c.first_seen + interval '1 microsecond')
      returning c.first_seen = c.last_seen as fresh)
    select (select count(*) from differing) as found, (select count(*) from kept where fresh) as fresh`.execute(db);
  return [Number(rows[0]?.found ?? 0), Number(rows[0]?.fresh ?? 0)];
}

/**
 * Lands one chunk of events, in the order of the rows: the first of an id stays, whatever comes later. The events
 * that are new are listed in `pg_temp.touched_events` (open it first).
 */
export async function landEvents(session: Session, runId: string, rows: CopyRows): Promise<Landed> {
  const { db } = session;
  await openStaging(db);
  const records = await session.copyIn("pg_temp.incoming_events", incomingColumns, rows);
  if (records === 0) return { stored: 0, duplicates: 0, conflicts: 0, newConflicts: 0 };
  await sql`analyze pg_temp.incoming_events (actor_key, event_id)`.execute(db);
  const landed = await sql<{ stored: string }>`
    with landed as (
      insert into timeback.caliper_events (event_id, ${columns("")}, linkable, payload, landed_run)
      select event_id, ${columns("")}, event_type = 'ActivityEvent' and has_metrics, payload, ${runId}::uuid
      from pg_temp.incoming_events order by ordinal
      on conflict (event_id) do nothing returning event_id),
    touched as (insert into pg_temp.touched_events select event_id from landed on conflict do nothing returning 1)
    select count(*) as stored from touched`.execute(db);
  const stored = Number(landed.rows[0]?.stored ?? 0);
  if (stored > 0) await landActors(db);
  await analyzeGrown(db, ["caliper_events", "caliper_actors", "processed_facts"]);
  const [conflicts, newConflicts] = stored === records ? [0, 0] : await keepConflicts(db, runId);
  return { stored, duplicates: records - stored - conflicts, conflicts, newConflicts };
}
