import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { Db } from "../engine/session.js";
import { candidates, everything } from "./link-rules.js";
import { eventKey, resultKey } from "./source-keys.js";

/**
 * Opens the session's empty lists of what a change touches: events and results whose facts must be derived again, and
 * the keys of facts that may have to go. Call it at the start of every transaction that changes landed rows.
 */
export async function openTouched(db: Db): Promise<void> {
  await sql`create temp table if not exists touched_events (event_id uuid primary key)`.execute(db);
  await sql`
    create temp table if not exists landed_places (run_id uuid, first bigint, last bigint)`.execute(db);
  await sql`create temp table if not exists touched_results (sourced_id text collate "C" primary key)`.execute(db);
  await sql`create temp table if not exists touched_keys (student_id text collate "C", fact_key text collate "C", primary key (student_id, fact_key))`.execute(
    db,
  );
  await sql`create temp table if not exists linked (alone boolean)`.execute(db);
  await sql`
    truncate pg_temp.touched_events, pg_temp.touched_results, pg_temp.touched_keys, pg_temp.linked, pg_temp.landed_places`.execute(
    db,
  );
}

/** Events of a run by their places among all that it read, both ends included. */
export interface LandedPlaces {
  runId: string;
  first: number;
  last: number;
}

/** Touches the events that stand at these places: few, if any, were landed before. Once in a transaction. */
export async function noteLanded(db: Db, { runId, first, last }: LandedPlaces): Promise<void> {
  await sql`insert into pg_temp.landed_places values (${runId}, ${first}, ${last})`.execute(db);
}

/** So many places are looked for at once, as a range: of each the planner expects many events, whatever its statistics say of a run that goes on. */
const PLACES_AT_ONCE = sql.lit(1_000);

/** Events `e` that a run landed at these places; of what a query has before, of each row of it. */
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

/** Lists the events that `noteLanded` named one by one, with the other touched ones. */
export async function listLanded(db: Db): Promise<void> {
  await sql`
    insert into pg_temp.touched_events
    select e.event_id from pg_temp.landed_places p cross join lateral ${eventsAt(sql`p.run_id`, sql`p.first`, sql`p.last`)}
    on conflict do nothing`.execute(db);
  await sql`truncate pg_temp.landed_places`.execute(db);
}

/** What there is to derive again. */
export interface Touched {
  anything: boolean;
  /** Whether facts that stand, or results, are among it. */
  factsOrResults: boolean;
  /** Whether keys of facts are named that may have to go. */
  keys: boolean;
  /** So many events or results that to look each of them up costs more than to read results and actors as a whole. */
  many: boolean;
  /** Where the touched events stand that are not listed one by one; null where there are none. */
  landed: LandedPlaces | null;
  /** Whether nothing else is touched. */
  landedAlone: boolean;
}

const landedPlaces = sql`(
  select json_build_object('runId', run_id, 'first', first, 'last', last) from pg_temp.landed_places)`;

/** To find a row by an index takes about so many pages; to read a table takes each of them once. */
const PAGES_OF_A_SEARCH = 4;

/** What is touched, and whether that is much beside what is landed. */
export async function whatIsTouched(db: Db): Promise<Touched> {
  const { rows } = await sql<{
    events: string;
    results: string;
    keys: boolean;
    pages: string;
    landed: LandedPlaces | null;
  }>`
    select (select count(*) from pg_temp.touched_events) as events, (select count(*) from pg_temp.touched_results) as results,
      exists (select from pg_temp.touched_keys) as keys,
      (pg_relation_size('timeback.assessment_results') + pg_relation_size('timeback.caliper_actors'))
        / current_setting('block_size')::int as pages, ${landedPlaces} as landed`.execute(db);
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

/** Touches the results that touched events may link to. The derivation touches what these may leave in turn. */
export async function touchResultsOfEvents(db: Db, rules: FactRules): Promise<void> {
  if (!(await isAnyResultLanded(db))) return;
  await listLanded(db);
  await sql`analyze pg_temp.touched_events`.execute(db);
  await sql`
    insert into pg_temp.touched_results
    select distinct sourced_id from ${candidates(rules, everything, sql`and e.event_id in (select event_id from pg_temp.touched_events)`)} c
    on conflict do nothing`.execute(db);
  await touchKeysOfResults(db);
}

/** Touches every event that a touched result, as it stands now, could link to. For results that are about to change. */
export async function touchEventsOfResults(db: Db, rules: FactRules): Promise<void> {
  await sql`analyze pg_temp.touched_results`.execute(db);
  await sql`
    insert into pg_temp.touched_events
    select distinct event_id from ${candidates(rules, sql`and r.sourced_id in (select sourced_id from pg_temp.touched_results)`, everything)} c
    on conflict do nothing`.execute(db);
}

/** The facts that touched results may have of their own, as they stand now. */
export async function touchKeysOfResults(db: Db): Promise<void> {
  await sql`
    insert into pg_temp.touched_keys
    select r.student_id, ${resultKey(sql`r.sourced_id`)}
    from timeback.assessment_results r join pg_temp.touched_results t on t.sourced_id = r.sourced_id
    on conflict do nothing`.execute(db);
}

/** Touches all that the students in `pg_temp.<table>` (column `student_id`) have now: events, results and their facts. Links never leave a student. */
export async function touchStudents(db: Db, table: string): Promise<void> {
  const students = sql`(select student_id from ${sql.table(`pg_temp.${table}`)})`;
  await sql`
    insert into pg_temp.touched_events
    select e.event_id from timeback.caliper_events e
    where e.actor_key in (select actor_key from timeback.caliper_actors where student_id in ${students})
    on conflict do nothing`.execute(db);
  await sql`
    insert into pg_temp.touched_results
    select r.sourced_id from timeback.assessment_results r where r.student_id in ${students}
    on conflict do nothing`.execute(db);
  await sql`
    insert into pg_temp.touched_keys
    select a.student_id, ${eventKey(sql`e.event_id`)}
    from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
    where a.student_id in ${students}
    on conflict do nothing`.execute(db);
  await touchKeysOfResults(db);
}
