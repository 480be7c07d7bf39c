import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { isAny } from "../engine/cursor.js";
import type { Db } from "../engine/session.js";
import { isAnyResultLanded, type Touched } from "./affected.js";
import { bestFirst, candidates, everything, type Scope } from "./link-rules.js";
import { resultsNear, resultsNearPairs } from "./nearby-results.js";
import { areFew, areNamed, inPart, type Students } from "./student-selection.js";

/** The columns of `pg_temp.link_pairs`. */
const PAIR_COLUMNS = sql.raw(
  "sourced_id, student_id, event_id, rule, form, slug_length, score_date, score_day, result_attempt, result_xp, occurred_at, event_attempt, pays",
);

/** The columns of `pg_temp.links` beside `claimed`: also what the audit asks of a linked result, which need not be read again for it. */
const LINK_COLUMNS = sql`${PAIR_COLUMNS}, ended_at, result_activity, multiplier, total_questions, correct_questions, xp_reason`;

async function addPairs(db: Db, rules: FactRules, results: Scope): Promise<void> {
  await sql`
    insert into pg_temp.link_pairs (${PAIR_COLUMNS}) select ${PAIR_COLUMNS} from ${candidates(rules, results, everything)} c`.execute(
    db,
  );
}

/** Over `pairs`, which have these columns, the expressions of `bestLinks`. */
const bestOf = (pairs: RawBuilder<unknown>, columns: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  contested as (select sourced_id from ${pairs} group by sourced_id having count(*) > 1),
  link as (
    select ${columns}, pays as claimed from ${pairs} c
    where sourced_id not in (select sourced_id from contested)
    union all
    select ${columns}, claimed from (
      select c.*, bool_or(pays) over (partition by sourced_id) as claimed,
        row_number() over (partition by sourced_id order by ${bestFirst}) as rank
      from ${pairs} c where sourced_id in (select sourced_id from contested)) ranked
    where rank = 1)`;

/**
 * The common table expressions that end with `link`: each result of `pg_temp.link_pairs` with its best event; `claimed` where
 * any of its candidates pays. Most results have one candidate: only the others are sorted, and only they have a rank, by
 * whose chance the planner would take links for few.
 */
export const bestLinks: RawBuilder<unknown> = bestOf(sql`pg_temp.link_pairs`, PAIR_COLUMNS);

/** As `bestLinks`, of these students, where `gatherLinks` has found them for all that are looked at. */
export const gatheredLinks = (students: Students): RawBuilder<unknown> => sql`
  link as not materialized (select * from pg_temp.links l where true ${inPart(students, sql`l.student_id`)})`;

const among = (table: string): RawBuilder<unknown> => sql`(select sourced_id from ${sql.table(`pg_temp.${table}`)})`;

async function openPairs(db: Db): Promise<void> {
  await sql`create temp table if not exists link_pairs (sourced_id text collate "C", student_id text collate "C", event_id uuid, rule text, form int,
    slug_length int, score_date timestamptz, score_day date, result_attempt int, result_xp numeric,
    occurred_at timestamptz, event_attempt int, pays boolean)`.execute(db);
  await sql`truncate pg_temp.link_pairs`.execute(db);
}

/** Every candidate of every result of some students. */
const allCandidates = (rules: FactRules, students: Students): RawBuilder<unknown> => {
  const results = inPart(students, sql`r.student_id`);
  return areNamed(students)
    ? candidates(rules, results, everything)
    : candidates(rules, results, inPart(students, sql`a.student_id`), "whole");
};

/**
 * Makes `pg_temp.links` (`sourced_id`, `event_id`, `student_id`, `rule`, ..., `claimed`): each linked result of these students
 * with its one event. Links never leave a student. The candidates of many stand in a table first: how many there are is worth
 * knowing, and a new table may be filled in parallel.
 */
export async function gatherLinks(db: Db, rules: FactRules, students: Students): Promise<void> {
  const pairs = sql`select ${LINK_COLUMNS} from ${allCandidates(rules, students)} c`;
  const links = sql`select ${LINK_COLUMNS}, claimed from link`;
  if (areFew(students)) {
    await sql`
      create temp table links as
      with link_pairs as materialized (${pairs}), ${bestOf(sql`link_pairs`, LINK_COLUMNS)} ${links}`.execute(db);
    return;
  }
  for (const statement of [
    sql`drop table if exists pg_temp.link_pairs, pg_temp.links`,
    sql`create temp table link_pairs as ${pairs}`,
    sql`analyze pg_temp.link_pairs`,
    sql`create temp table links as with ${bestOf(sql`pg_temp.link_pairs`, LINK_COLUMNS)} ${links}`,
    sql`drop table pg_temp.link_pairs`,
    sql`analyze pg_temp.links`,
  ])
    await statement.execute(db);
}

/**
 * Fills `pg_temp.link_pairs` with every candidate of the touched results, and touches the events among them: what
 * `gatherLinkPairs` begins with, where it was not done before. It may be done before the transaction before this one is
 * through, since which events a result may link to depends on no other result. Nothing may be touched after it.
 */
export async function linkTouched(db: Db, rules: FactRules): Promise<void> {
  await openPairs(db);
  await sql`analyze pg_temp.touched_results`.execute(db);
  await addPairs(db, rules, sql`and r.sourced_id in ${among("touched_results")}`);
  await sql`insert into pg_temp.linked select not exists (select from pg_temp.touched_events)`.execute(db);
  await sql`
    insert into pg_temp.touched_events select distinct event_id from pg_temp.link_pairs order by event_id
    on conflict do nothing`.execute(db);
}

/** Whether all touched events stand in `pg_temp.link_pairs`; null where `linkTouched` was not called. */
async function areAllPaired(db: Db): Promise<boolean | null> {
  const { rows } = await sql<{ alone: boolean }>`select alone from pg_temp.linked`.execute(db);
  return rows[0]?.alone ?? null;
}

/**
 * Fills `pg_temp.link_pairs` with every candidate of the touched results, touches the events among them, and adds the
 * candidates of the other results that could link to a touched event: they decide its fact too. `many` are touched
 * (affected.ts). Returns whether there is any candidate.
 */
export async function gatherLinkPairs(db: Db, rules: FactRules, { many }: Touched): Promise<boolean> {
  if (!(await isAnyResultLanded(db))) {
    await openPairs(db);
    return false;
  }
  if ((await areAllPaired(db)) === null) await linkTouched(db, rules);
  await sql`analyze pg_temp.touched_events, pg_temp.link_pairs`.execute(db);
  const near = many && (await areAllPaired(db)) ? await resultsNearPairs(db, rules) : resultsNearTouched(rules);
  if (near !== null) await addNeighbours(db, rules, near);
  return isAny(db, "link_pairs");
}

const resultsNearTouched = (rules: FactRules): RawBuilder<unknown> => sql`(
  select sourced_id from ${resultsNear(rules, sql`and e.event_id in (select event_id from pg_temp.touched_events)`)} n
  where not exists (select from pg_temp.touched_results t where t.sourced_id = n.sourced_id))`;

/** Adds the candidates of these results, of which none is touched. */
async function addNeighbours(db: Db, rules: FactRules, near: RawBuilder<unknown>): Promise<void> {
  await sql`create temp table if not exists neighbour_results (sourced_id text collate "C" primary key)`.execute(db);
  await sql`truncate pg_temp.neighbour_results`.execute(db);
  const { numAffectedRows } = await sql`
    insert into pg_temp.neighbour_results select distinct sourced_id from ${near} n`.execute(db);
  if ((numAffectedRows ?? 0n) === 0n) return;
  await sql`analyze pg_temp.neighbour_results`.execute(db);
  await addPairs(db, rules, sql`and r.sourced_id in ${among("neighbour_results")}`);
  await sql`analyze pg_temp.link_pairs`.execute(db);
}
