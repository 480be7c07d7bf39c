import { type RawBuilder, sql } from "kysely";
import { withNumber } from "../copy/binary-rows.js";
import { analyzeGrown } from "../engine/analyze.js";
import { ifAllNew } from "../engine/savepoint.js";
import type { Db, Session } from "../engine/session.js";
import { type LandedPlaces, noteLanded } from "../facts/affected.js";
import { assertWritten } from "../facts/invariants.js";
import { type IncomingActor, landActors, openActors, stageActors } from "./actors.js";
import type { EventRows, Places } from "./event-batch.js";
import { columnsReadByFacts, eventTable, payloadTable } from "./event-columns.js";

/** Records whose id is landed with another content in a field that a fact reads, and those of them that were not kept before. */
export interface Conflicts {
  conflicts: number;
  newConflicts: number;
}

/** The events of a part, and the places of those that were new and are copied in. */
export interface CopiedEvents {
  events: EventRows;
  fresh: Places;
}

const columns = (prefix: string): RawBuilder<unknown> =>
  sql.join(columnsReadByFacts.map((column) => sql.ref(`${prefix}${column}`)));

/** What is known of ids before the database is asked. */
export interface ExpectedIds {
  /** Whether they are likely to be new. */
  allNew: boolean;
  /** Resolves when nothing is under way any more that another connection lands. */
  behind(): Promise<void>;
}

/** The places of the events that are the first of their id, by their ids. */
function firstById({ ids }: EventRows): Map<string, number> {
  const first = new Map<string, number>();
  ids.forEach((id, place) => {
    if (!first.has(id)) first.set(id, place);
  });
  return first;
}

const placesOf = (first: Map<string, number>, { length }: EventRows): Places =>
  first.size === length ? "all" : new Set(first.values());

/** The places of the events that are the first of their id, where that is not landed. */
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
 * Copies the new events of a part straight into the landed table: the first of an id stays, whatever comes later. An id
 * that another connection is landing holds the copy up until that has committed, and is found to be there then. `stageRest`
 * and `settleEvents` must follow in the same transaction.
 */
export async function copyNewEvents(
  session: Session,
  events: EventRows,
  { allNew, behind }: ExpectedIds,
): Promise<CopiedEvents> {
  const { db } = session;
  const areAllNew = (fresh: Places) => ifAllNew(db, () => copyEvents(session, events, fresh).then(() => true));
  if (events.length === 0) return { events, fresh: "all" };
  const first = allNew ? placesOf(firstById(events), events) : null;
  if (first !== null && (await areAllNew(first))) return { events, fresh: first };
  const found = await newPlaces(db, events);
  if (await areAllNew(found)) return { events, fresh: found };
  await behind();
  const fresh = await newPlaces(db, events);
  await copyEvents(session, events, fresh);
  return { events, fresh };
}

/** What a transaction of a run has copied in so far. */
export interface Landing {
  runId: string;
  /** Where its events stand among those of the run. */
  places: Omit<LandedPlaces, "runId"> | null;
  /** Their actors, by key. */
  actors: Map<string, IncomingActor>;
}

/** Opens the session's empty lists of events whose ids came before, and of actors. */
export async function openIncoming(db: Db, runId: string): Promise<Landing> {
  await sql`
    create temp table if not exists repeated_events as
    select 0::bigint as line, e.* from timeback.caliper_events e with no data`.execute(db);
  await sql`
    create temp table if not exists repeated_payloads as
    select * from timeback.caliper_payloads with no data`.execute(db);
  await sql`truncate pg_temp.repeated_events, pg_temp.repeated_payloads`.execute(db);
  await openActors(db);
  return { runId, places: null, actors: new Map() };
}

/**
 * From the least to the greatest place. Lines that were left unread get their places when they are read after all, which may be
 * after those of later parts: what lies between may hold events of another transaction, to derive which again changes nothing.
 */
const around = (one: Landing["places"], { first, last }: EventRows["places"]): EventRows["places"] => ({
  first: Math.min(one?.first ?? first, first),
  last: Math.max(one?.last ?? last, last),
});

/** Lists what of the events that `copyNewEvents` has been through still has to be looked at: see `settleEvents`. */
export async function stageRest(session: Session, landing: Landing, { events, fresh }: CopiedEvents): Promise<void> {
  if (events.count(fresh) > 0) {
    landing.places = around(landing.places, events.places);
    for (const actor of events.actorsOf(fresh)) landing.actors.set(actor.key, actor);
  }
  const places = events.others(fresh);
  if (places.size === 0) return;
  const at = [...places];
  const rows = events.rows.at(places).map((row, n) => withNumber(row, events.lines[at[n] ?? 0] ?? 0));
  await session.copyInBinary("pg_temp.repeated_events", ["line", ...eventTable.names], [Buffer.concat(rows)]);
  const payloads = Buffer.concat(events.payloads.at(places));
  await session.copyInBinary("pg_temp.repeated_payloads", payloadTable.names, [payloads]);
}

/** Keeps the listed records that contradict a landed event beside it, each once. `file` is theirs. */
async function keepConflicts(db: Db, runId: string, file: string): Promise<Conflicts> {
  const { rows } = await sql<{ found: string; fresh: string }>`
    with differing as (
      select i.*, md5(row(${columns("i.")})::text) as digest
      from pg_temp.repeated_events i join timeback.caliper_events e on e.event_id = i.event_id
      where (${columns("i.")}) is distinct from (${columns("e.")})),
    kept as (
      insert into timeback.caliper_conflicts as c (event_id, digest, file, line, payload, landed_run, first_seen, last_seen)
      select distinct on (event_id, digest) event_id, digest, ${file}, line, payload, ${runId}::uuid, statement_timestamp(), statement_timestamp()
      from differing join pg_temp.repeated_payloads using (landed_run, landed_ordinal)
      order by event_id, digest, line, landed_ordinal
      on conflict (event_id, digest) do update set last_seen = greatest(statement_timestamp(), c.first_seen + interval '1 microsecond')
      returning c.first_seen = c.last_seen as fresh)
    select (select count(*) from differing) as found, (select count(*) from kept where fresh) as fresh`.execute(db);
  return { conflicts: Number(rows[0]?.found ?? 0), newConflicts: Number(rows[0]?.fresh ?? 0) };
}

/** How many events were listed whose ids came before, under the name of their file. */
export interface RepeatedEvents {
  file: string;
  repeated: number;
}

/** Lands the actors of the new events, and keeps what of the listed events contradicts a landed one beside it. */
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
