import { type RawBuilder, sql } from "kysely";
import { assertWritten } from "./assertions.js";
import { ifAllNew } from "./attempt.js";
import type { CopyBlocks } from "./copy-blocks.js";
import type { EventRows } from "./event-rows.js";
import type { Session } from "./session.js";
import { analyzeGrown } from "./statistics.js";
import { landActors } from "./students.js";

/** The columns of an event that a fact reads. */
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

/** The place of an event, and its payload, in the run that landed it. */
const PAYLOAD_KEY = ["landed_run", "landed_ordinal"] as const;

/** The columns of the rows of `EventRows`, in their order. */
const ROW_COLUMNS = ["event_id", ...PAYLOAD_KEY, "linkable", ...FACT_COLUMNS] as const;

/** The columns of its payloads. */
const PAYLOAD_COLUMNS = [...PAYLOAD_KEY, "payload"] as const;

/** What became of the events of one chunk. */
export interface Landed {
  stored: number;
  duplicates: number;
  /** Records whose id is landed with another content in a field that a fact reads. */
  conflicts: number;
  /** Of those, the ones that were not kept before. */
  newConflicts: number;
}

/** The events of a chunk, and the places of those that were new and are copied in. */
export interface CopiedEvents {
  events: EventRows;
  fresh: ReadonlySet<number>;
}

const columns = (prefix: string): RawBuilder<unknown> =>
  sql.join(FACT_COLUMNS.map((column) => sql.ref(`${prefix}${column}`)));

async function landedIds(db: Session["db"], ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select event_id::text as id from timeback.caliper_events where event_id = any(${ids}::uuid[])`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** What is known of ids before the database is asked. */
export interface ExpectedIds {
  /** Ids that another connection is landing. */
  taken: ReadonlySet<string>;
  /** Whether the others are likely to be new. */
  allNew: boolean;
}

/** The places of the events that are the first of their id, by their ids. */
function firstPlaces({ ids }: EventRows, taken: ReadonlySet<string>): Map<string, number> {
  const first = new Map<string, number>();
  ids.forEach((id, place) => {
    if (!first.has(id) && !taken.has(id)) first.set(id, place);
  });
  return first;
}

async function copyEvents(session: Session, events: EventRows, fresh: ReadonlySet<number>): Promise<void> {
  if (fresh.size === 0) return;
  const chosen = (blocks: CopyBlocks) =>
    fresh.size === events.length ? blocks.all() : [Buffer.concat(blocks.at(fresh))];
  const landed = await session.copyIn("timeback.caliper_events", ROW_COLUMNS, chosen(events.rows));
  assertWritten("events were landed", landed, fresh.size);
  const kept = await session.copyIn("timeback.caliper_payloads", PAYLOAD_COLUMNS, chosen(events.payloads));
  assertWritten("payloads were landed", kept, fresh.size);
}

/**
 * Copies the new events of a chunk straight into the landed table: the first of an id stays, whatever comes later. The
 * new ones are listed in `pg_temp.touched_events` (open it first); `settleEvents` must follow in the same transaction.
 */
export async function copyNewEvents(
  session: Session,
  events: EventRows,
  { taken, allNew }: ExpectedIds,
): Promise<CopiedEvents> {
  const first = firstPlaces(events, taken);
  let fresh = new Set(first.values());
  const copied = allNew && (await ifAllNew(session.db, () => copyEvents(session, events, fresh).then(() => true)));
  if (!copied && first.size > 0) {
    for (const id of await landedIds(session.db, [...first.keys()])) first.delete(id);
    fresh = new Set(first.values());
    await copyEvents(session, events, fresh);
  }
  if (first.size > 0)
    await session.copyIn("pg_temp.touched_events", ["event_id"], [`${[...first.keys()].join("\n")}\n`]);
  return { events, fresh };
}

/** Stages the events whose id came before, with their lines, and their payloads. */
async function stageRepeated(session: Session, { events, fresh }: CopiedEvents): Promise<void> {
  const { db } = session;
  await sql`
    create temp table if not exists repeated_events as
    select 0::bigint as line, e.* from timeback.caliper_events e with no data`.execute(db);
  await sql`
    create temp table if not exists repeated_payloads as
    select * from timeback.caliper_payloads with no data`.execute(db);
  await sql`truncate pg_temp.repeated_events, pg_temp.repeated_payloads`.execute(db);
  const places = new Set(events.ids.keys());
  for (const place of fresh) places.delete(place);
  const at = [...places];
  const rows = events.rows.at(places).flatMap((row, n) => [Buffer.from(`${events.lines[at[n] ?? 0]}\t`), row]);
  await session.copyIn("pg_temp.repeated_events", ["line", ...ROW_COLUMNS], [Buffer.concat(rows)]);
  const payloads = Buffer.concat(events.payloads.at(places));
  await session.copyIn("pg_temp.repeated_payloads", PAYLOAD_COLUMNS, [payloads]);
}

/** Keeps the records that contradict a landed event beside it, each once. Returns [all, new]. */
async function keepConflicts(session: Session, runId: string, copied: CopiedEvents): Promise<[number, number]> {
  await stageRepeated(session, copied);
  const { rows } = await sql<{ found: string; fresh: string }>`
    with differing as (
      select i.*, md5(row(${columns("i.")})::text) as digest
      from pg_temp.repeated_events i join timeback.caliper_events e on e.event_id = i.event_id
      where (${columns("i.")}) is distinct from (${columns("e.")})),
    kept as (
      insert into timeback.caliper_conflicts as c (event_id, digest, file, line, payload, landed_run, first_seen, last_seen)
      select distinct on (event_id, digest) event_id, digest, ${copied.events.file}, line, payload, ${runId}::uuid, statement_timestamp(), statement_timestamp()
      from differing join pg_temp.repeated_payloads using (landed_run, landed_ordinal)
      order by event_id, digest, landed_ordinal
      on conflict (event_id, digest) do update set last_seen = greatest(statement_timestamp(), c.first_seen + interval '1 microsecond')
      returning c.first_seen = c.last_seen as fresh)
    select (select count(*) from differing) as found, (select count(*) from kept where fresh) as fresh`.execute(
    session.db,
  );
  return [Number(rows[0]?.found ?? 0), Number(rows[0]?.fresh ?? 0)];
}

/** Lands the actors of the events that were copied in, and keeps what contradicts a landed event beside it. */
export async function settleEvents(session: Session, runId: string, copied: CopiedEvents): Promise<Landed> {
  const { events, fresh } = copied;
  if (fresh.size > 0) {
    await landActors(session, events.actorsOf(fresh));
    await analyzeGrown(session.db, ["caliper_events", "caliper_actors", "processed_facts"]);
  }
  const repeated = events.length - fresh.size;
  const [conflicts, newConflicts] = repeated === 0 ? [0, 0] : await keepConflicts(session, runId, copied);
  return { stored: fresh.size, duplicates: repeated - conflicts, conflicts, newConflicts };
}
