import { type RawBuilder, sql } from "kysely";
import { withNumber } from "../copy/binary-rows.js";
import { analyzeGrown } from "../engine/analyze.js";
import { ifAllNew } from "../engine/savepoint.js";
import type { Db, Session } from "../engine/session.js";
import { openEmpty, tableLike } from "../engine/temp-table.js";
import { type LandedPlaces, noteLanded } from "../facts/affected.js";
import { assertWritten } from "../facts/invariants.js";
import { type IncomingActor, landActors, openActors, stageActors } from "./actors.js";
import type { EventRows, Places } from "./event-batch.js";
import { columnsReadByFacts, eventTable, payloadTable } from "./event-columns.js";

/** Number of records whose id is landed with different content in a field that facts use, and of those not recorded before. */
export interface Conflicts {
  conflicts: number;
  newConflicts: number;
}

/** The events of a part, and the indexes of the new ones that were copied in. */
export interface CopiedEvents {
  events: EventRows;
  fresh: Places;
}

const columns = (prefix: string): RawBuilder<unknown> =>
  sql.join(columnsReadByFacts.map((column) => sql.ref(`${prefix}${column}`)));

/** What to expect of ids before the database is queried. */
export interface ExpectedIds {
  /** Whether they are probably new. */
  allNew: boolean;
  /** Resolves when the other connection's transaction has committed. */
  previousCommitted(): Promise<void>;
}

/** Index of the first event with each id, by id. */
function firstById({ ids }: EventRows): Map<string, number> {
  const first = new Map<string, number>();
  ids.forEach((id, place) => {
    if (!first.has(id)) first.set(id, place);
  });
  return first;
}

const placesOf = (first: Map<string, number>, { length }: EventRows): Places =>
  first.size === length ? "all" : new Set(first.values());

/** Indexes of the first event with each id that is not landed. */
async function newPlaces(db: Db, events: EventRows): Promise<Places> {
  const first = firstById(events);
  const { rows } = await sql<{ id: string }>`
    select event_id::text as id from timeback.caliper_events where event_id = any(${[...first.keys()]}::uuid[])`.execute(
    db,
  );
  for (const { id } of rows) first.delete(id);
  return placesOf(first, events);
}

async function copyEvents(session: Session, events: EventRows, fresh: Places): Promise<void> {
  const count = events.count(fresh);
  if (count === 0) return;
  const chosen = (rows: EventRows["rows" | "payloads"]) =>
    fresh === "all" ? rows.all() : [Buffer.concat(rows.at(fresh))];
  const landed = await session.copyInBinary("timeback.caliper_events", eventTable.names, chosen(events.rows));
  assertWritten("events were landed", landed, count);
  const kept = await session.copyInBinary("timeback.caliper_payloads", payloadTable.names, chosen(events.payloads));
  assertWritten("payloads were landed", kept, count);
}

/**
 * Copies the new events of a part into the landed table: the first one with an id stays. An id that another connection is inserting
 * blocks until that commits, then counts as landed. `stageRest` and `settleEvents` must follow in the same transaction.
 */
export async function copyNewEvents(
  session: Session,
  events: EventRows,
  { allNew, previousCommitted }: ExpectedIds,
): Promise<CopiedEvents> {
  const { db } = session;
  const areAllNew = (fresh: Places) => ifAllNew(db, () => copyEvents(session, events, fresh).then(() => true));
  if (events.length === 0) return { events, fresh: "all" };
  const first = allNew ? placesOf(firstById(events), events) : null;
  if (first !== null && (await areAllNew(first))) return { events, fresh: first };
  const found = await newPlaces(db, events);
  if (await areAllNew(found)) return { events, fresh: found };
  await previousCommitted();
  const fresh = await newPlaces(db, events);
  await copyEvents(session, events, fresh);
  return { events, fresh };
}

/** What a run's transaction has copied in so far. */
export interface Landing {
  runId: string;
  /** The range of its events' ordinals in the run. */
  places: Omit<LandedPlaces, "runId"> | null;
  /** Their actors, by key. */
  actors: Map<string, IncomingActor>;
}

/** Events whose ids were landed before, with their line; and their payloads. */
const repeatedEvents = tableLike(
  "repeated_events",
  ["line", ...eventTable.names],
  sql`(select 0::bigint as line, * from timeback.caliper_events) e`,
);
const repeatedPayloads = tableLike("repeated_payloads", payloadTable.names, sql`timeback.caliper_payloads`);

/** Empties the session's tables of repeated events and of actors. */
export async function openIncoming(db: Db, runId: string): Promise<Landing> {
  await openEmpty(db, repeatedEvents, repeatedPayloads);
  await openActors(db);
  return { runId, places: null, actors: new Map() };
}

/**
 * The combined range of ordinals. Lines that were parsed late have higher ordinals, so the range may include events of another
 * transaction: deriving those again changes nothing.
 */
const around = (one: Landing["places"], { first, last }: EventRows["places"]): EventRows["places"] => ({
  first: Math.min(one?.first ?? first, first),
  last: Math.max(one?.last ?? last, last),
});

/** Stages what `settleEvents` needs of the events given to `copyNewEvents`. */
export async function stageRest(session: Session, landing: Landing, { events, fresh }: CopiedEvents): Promise<void> {
  if (events.count(fresh) > 0) {
    landing.places = around(landing.places, events.places);
    for (const actor of events.actorsOf(fresh)) landing.actors.set(actor.key, actor);
  }
  const places = events.others(fresh);
  if (places.size === 0) return;
  const at = [...places];
  const rows = events.rows.at(places).map((row, n) => withNumber(row, events.lines[at[n] ?? 0] ?? 0));
  await session.copyInBinary(repeatedEvents.path, repeatedEvents.columns, [Buffer.concat(rows)]);
  const payloads = Buffer.concat(events.payloads.at(places));
  await session.copyInBinary(repeatedPayloads.path, repeatedPayloads.columns, [payloads]);
}

/** Stores the events of `repeatedEvents` that contradict the landed event with their id as conflicts, each once. `file` is theirs. */
async function keepConflicts(db: Db, runId: string, file: string): Promise<Conflicts> {
  const { rows } = await sql<{ found: string; fresh: string }>`
    with differing as (
      select i.*, md5(row(${columns("i.")})::text) as digest
      from ${repeatedEvents} i join timeback.caliper_events e on e.event_id = i.event_id
      where (${columns("i.")}) is distinct from (${columns("e.")})),
    kept as (
      insert into timeback.caliper_conflicts as c (event_id, digest, file, line, payload, landed_run, first_seen, last_seen)
      select distinct on (event_id, digest) event_id, digest, ${file}, line, payload, ${runId}::uuid, statement_timestamp(), statement_timestamp()
      from differing join ${repeatedPayloads} using (landed_run, landed_ordinal)
      order by event_id, digest, line, landed_ordinal
      on conflict (event_id, digest) do update set last_seen = greatest(statement_timestamp(), c.first_seen + interval '1 microsecond')
      returning c.first_seen = c.last_seen as fresh)
    select (select count(*) from differing) as found, (select count(*) from kept where fresh) as fresh`.execute(db);
  return { conflicts: Number(rows[0]?.found ?? 0), newConflicts: Number(rows[0]?.fresh ?? 0) };
}

/** A file, and the number of its events in `repeatedEvents`. */
export interface RepeatedEvents {
  file: string;
  repeated: number;
}

/** Lands the actors of the new events, and stores conflicts among the repeated ones. */
export async function settleEvents(
  session: Session,
  { runId, places, actors }: Landing,
  { file, repeated }: RepeatedEvents,
): Promise<Conflicts> {
  const { db } = session;
  if (places !== null) {
    await noteLanded(db, { runId, ...places });
    await stageActors(session, actors.values());
    await landActors(db);
    await analyzeGrown(db, ["caliper_events", "caliper_actors", "processed_facts"]);
  }
  return repeated === 0 ? { conflicts: 0, newConflicts: 0 } : keepConflicts(db, runId, file);
}
