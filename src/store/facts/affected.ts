import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { Db } from "../engine/session.js";
import { BYTES, openEmpty, type TempTable, tempTable } from "../engine/temp-table.js";
import { candidates, everything } from "./link-rules.js";
import { eventKey, resultKey } from "./source-keys.js";

/** Events whose facts must be derived again. */
export const affectedEvents = tempTable("affected_events", { event_id: "uuid" }, ["event_id"]);
/** Events that this transaction landed, whose facts must be derived: one row, which names a range of them. */
export const landedPlaces = tempTable("landed_places", { run_id: "uuid", first: "bigint", last: "bigint" });
/** Results whose facts, and those of the events that they link to, must be derived again. */
export const affectedResults = tempTable("affected_results", { sourced_id: BYTES }, ["sourced_id"]);
/** Facts that are deleted where they are not derived again. */
export const affectedKeys = tempTable("affected_keys", { student_id: BYTES, fact_key: BYTES }, [
  "student_id",
  "fact_key",
]);
/** One row once `linkPairs` holds the candidates of affected results: whether it holds every affected event too. */
export const linkState = tempTable("link_state", { paired_all: "boolean" });

/** Empties what a change affects. To be called at the start of every transaction that changes landed rows. */
export const openAffected = (db: Db): Promise<void> =>
  openEmpty(db, affectedEvents, affectedResults, affectedKeys, linkState, landedPlaces);

/** Events of a run by their places among all that it read, both ends included. */
export interface LandedPlaces {
  runId: string;
  first: number;
  last: number;
}

/** Marks the events at these places as affected: few, if any, were landed before. To be called once in a transaction. */
export async function noteLanded(db: Db, { runId, first, last }: LandedPlaces): Promise<void> {
  await sql`insert into ${landedPlaces} values (${runId}, ${first}, ${last})`.execute(db);
}

/** Landed events are read in ranges of this many places, for which the planner expects many rows even before the table is analyzed. */
const PLACES_AT_ONCE = sql.lit(1_000);

/** Events `e` that a run landed with ordinals from `first` to `last`; to be joined laterally where these are columns. */
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

/** Moves the events that `noteLanded` named as a range to `affectedEvents`, one by one. */
export async function listLanded(db: Db): Promise<void> {
  await sql`
    insert into ${affectedEvents}
    select e.event_id from ${landedPlaces} p cross join lateral ${eventsAt(sql`p.run_id`, sql`p.first`, sql`p.last`)}
    on conflict do nothing`.execute(db);
  await sql`truncate ${landedPlaces}`.execute(db);
}

/** How much is affected, and how it is listed. */
export interface Affected {
  anything: boolean;
  /** Whether stored facts or results are among it. */
  factsOrResults: boolean;
  /** Whether any fact may have to be deleted. */
  keys: boolean;
  /** Whether reading all results and actors is cheaper than looking up each affected one. */
  many: boolean;
  /** The landed events that are named as a range; null where there are none. */
  landed: LandedPlaces | null;
  /** Whether nothing else is affected. */
  landedAlone: boolean;
}

const landedRange = sql`(
  select json_build_object('runId', run_id, 'first', first, 'last', last) from ${landedPlaces})`;

/** Pages that an index search reads, about; a scan reads each page of the table once. */
const PAGES_OF_A_SEARCH = 4;

/** What is affected, and whether that is much beside what is landed. */
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

/** Marks the results that affected events may link to as affected. The derivation marks the events that these may leave. */
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

/** Marks every event that an affected result could link to as affected. To be called before the results change. */
export async function markEventsOfResults(db: Db, rules: FactRules): Promise<void> {
  await sql`analyze ${affectedResults}`.execute(db);
  await sql`
    insert into ${affectedEvents}
    select distinct event_id from ${candidates(rules, sql`and r.sourced_id in (select sourced_id from ${affectedResults})`, everything)} c
    on conflict do nothing`.execute(db);
}

/** Marks the facts that affected results may have of their own. */
export async function markKeysOfResults(db: Db): Promise<void> {
  await sql`
    insert into ${affectedKeys}
    select r.student_id, ${resultKey(sql`r.sourced_id`)}
    from timeback.assessment_results r join ${affectedResults} t on t.sourced_id = r.sourced_id
    on conflict do nothing`.execute(db);
}

/** Marks all that these students have now as affected: events, results and their facts. Links never leave a student. */
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
