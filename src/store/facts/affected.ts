import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { Db } from "../engine/session.js";
import { BYTES, openEmpty, type TempTable, tempTable } from "../engine/temp-table.js";
import { candidates, everything } from "./link-rules.js";
import { eventKey, resultKey } from "./source-keys.js";

/** Events whose facts must be rederived. */
export const affectedEvents = tempTable("affected_events", { event_id: "uuid" }, ["event_id"]);
/** The range of events that this transaction landed, whose facts must be derived: at most one row. */
export const landedPlaces = tempTable("landed_places", { run_id: "uuid", first: "bigint", last: "bigint" });
/** Results whose facts, and those of the events they link to, must be rederived. */
export const affectedResults = tempTable("affected_results", { sourced_id: BYTES }, ["sourced_id"]);
/** Facts that are deleted unless they are derived again. */
export const affectedKeys = tempTable("affected_keys", { student_id: BYTES, fact_key: BYTES }, [
  "student_id",
  "fact_key",
]);
/** One row once `linkPairs` holds the candidates of affected results: whether it covers every affected event too. */
export const linkState = tempTable("link_state", { paired_all: "boolean" });

/** Empties all these tables. Call it at the start of every transaction that changes landed rows. */
export const openAffected = (db: Db): Promise<void> =>
  openEmpty(db, affectedEvents, affectedResults, affectedKeys, linkState, landedPlaces);

/** Events of a run by ordinal, both ends inclusive. */
export interface LandedPlaces {
  runId: string;
  first: number;
  last: number;
}

/** Marks the events of this range as affected: few, if any, were landed before. Call it once per transaction. */
export async function noteLanded(db: Db, { runId, first, last }: LandedPlaces): Promise<void> {
  await sql`insert into ${landedPlaces} values (${runId}, ${first}, ${last})`.execute(db);
}

/**
 * Ordinals are read in ranges of this size: for each the planner expects many events, whatever its outdated statistics say of the
 * current run.
 */
const PLACES_AT_ONCE = sql.lit(1_000);

/** Events `e` that a run landed with ordinals from `first` to `last`; join it laterally if these are columns. */
export const eventsAt = (
  runId: RawBuilder<unknown>,
  first: RawBuilder<unknown>,
  last: RawBuilder<unknown>,
): RawBuilder<unknown> => sql`
  (
    select e.* from generate_series(${first}, ${last}, ${PLACES_AT_ONCE}) as place cross join lateral (
      select * from timeback.caliper_events e
      where e.landed_run = ${runId} and e.landed_ordinal between place and least(place + ${PLACES_AT_ONCE} - 1, ${last}) offset 0) e
    offset 0) e`;

/** Moves the events of the range in `landedPlaces` to `affectedEvents`, one by one. */
export async function listLanded(db: Db): Promise<void> {
  await sql`
    insert into ${affectedEvents}
    select e.event_id from ${landedPlaces} p cross join lateral ${eventsAt(sql`p.run_id`, sql`p.first`, sql`p.last`)}
    on conflict do nothing`.execute(db);
  await sql`truncate ${landedPlaces}`.execute(db);
}

/** How much is affected, and in which tables it is listed. */
export interface Affected {
  anything: boolean;
  /** Whether stored facts or results are affected. */
  factsOrResults: boolean;
  /** Whether any fact may have to be deleted. */
  keys: boolean;
  /** Whether so much is affected that reading all results and actors is cheaper than looking each up. */
  many: boolean;
  /** The range of landed events; null if there is none. */
  landed: LandedPlaces | null;
  /** Whether only that range is affected. */
  landedAlone: boolean;
}

const landedRange = sql`(
  select json_build_object('runId', run_id, 'first', first, 'last', last) from ${landedPlaces})`;

/** Pages read by an index search, roughly; a scan reads each page of the table once. */
const PAGES_OF_A_SEARCH = 4;

/** Summarises what is affected. */
export async function whatIsAffected(db: Db): Promise<Affected> {
  const { rows } = await sql<{
    events: string;
    results: string;
    keys: boolean;
    pages: string;
    landed: LandedPlaces | null;
  }>`
    select (select count(*) from ${affectedEvents}) as events, (select count(*) from ${affectedResults}) as results,
      exists (select from ${affectedKeys}) as keys,
      (pg_relation_size('timeback.assessment_results') + pg_relation_size('timeback.caliper_actors'))
        / current_setting('block_size')::int as pages, ${landedRange} as landed`.execute(db);
  const { events = "0", results = "0", keys = false, pages = "0", landed = null } = rows[0] ?? {};
  const most = Math.max(Number(events), Number(results));
  const factsOrResults = keys || Number(results) > 0;
  const many = most * PAGES_OF_A_SEARCH > Number(pages);
  const isListed = factsOrResults || most > 0;
  const landedAlone = landed !== null && !isListed;
  return { anything: isListed || landedAlone, factsOrResults, keys, many, landed, landedAlone };
}

/** Whether any result is landed. */
export async function isAnyResultLanded(db: Db): Promise<boolean> {
  const { rows } = await sql<{ landed: boolean }>`
    select exists (select from timeback.assessment_results) as landed`.execute(db);
  return rows[0]?.landed === true;
}

/** Marks the results that affected events may link to as affected. The derivation then marks the events that those results may leave. */
export async function markResultsOfEvents(db: Db, rules: FactRules): Promise<void> {
  if (!(await isAnyResultLanded(db))) return;
  await listLanded(db);
  await sql`analyze ${affectedEvents}`.execute(db);
  await sql`
    insert into ${affectedResults}
    select distinct sourced_id from ${candidates(rules, everything, sql`and e.event_id in (select event_id from ${affectedEvents})`)} c
    on conflict do nothing`.execute(db);
  await markKeysOfResults(db);
}

/** Marks every event that an affected result could link to as affected. Call it before the results change. */
export async function markEventsOfResults(db: Db, rules: FactRules): Promise<void> {
  await sql`analyze ${affectedResults}`.execute(db);
  await sql`
    insert into ${affectedEvents}
    select distinct event_id from ${candidates(rules, sql`and r.sourced_id in (select sourced_id from ${affectedResults})`, everything)} c
    on conflict do nothing`.execute(db);
}

/** Marks the facts that affected results may have themselves. */
export async function markKeysOfResults(db: Db): Promise<void> {
  await sql`
    insert into ${affectedKeys}
    select r.student_id, ${resultKey(sql`r.sourced_id`)}
    from timeback.assessment_results r join ${affectedResults} t on t.sourced_id = r.sourced_id
    on conflict do nothing`.execute(db);
}

/** Marks all current events, results and facts of these students as affected. Links never cross students. */
export async function markStudents(db: Db, of: TempTable<"student_id">): Promise<void> {
  const students = sql`(select student_id from ${of})`;
  await sql`
    insert into ${affectedEvents}
    select e.event_id from timeback.caliper_events e
    where e.actor_key in (select actor_key from timeback.caliper_actors where student_id in ${students})
    on conflict do nothing`.execute(db);
  await sql`
    insert into ${affectedResults}
    select r.sourced_id from timeback.assessment_results r where r.student_id in ${students}
    on conflict do nothing`.execute(db);
  await sql`
    insert into ${affectedKeys}
    select a.student_id, ${eventKey(sql`e.event_id`)}
    from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
    where a.student_id in ${students}
    on conflict do nothing`.execute(db);
  await markKeysOfResults(db);
}
