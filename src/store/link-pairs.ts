import { type RawBuilder, sql } from "kysely";
import { bestFirst, candidates, everything, type FactRules, type Scope } from "./linking.js";
import { resultsAround, resultsNear, type Span } from "./neighbour-results.js";
import type { Session } from "./session.js";
import { areFew, areNamed, inPart, type Students } from "./student-part.js";
import { isAnyResultLanded, type Touched } from "./touched.js";

type Db = Session["db"];

/** The columns of `pg_temp.link_pairs`. */
const PAIR_COLUMNS = sql.raw(
  "sourced_id, student_id, event_id, rule, form, slug_length, score_date, score_day, result_attempt, result_xp, occurred_at, event_attempt, pays",
);

/** The columns of `pg_temp.links` beside `claimed`: also what the audit asks of a linked result, which need not be read again for it. */
const LINK_COLUMNS = sql`${PAIR_COLUMNS}, ended_at, result_activity, multiplier, total_questions, correct_questions, xp_reason`;

async function addPairs(db: Db, rules: FactRules, results: Scope): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into pg_temp.link_pairs (${PAIR_COLUMNS}) select ${PAIR_COLUMNS} from ${candidates(rules, results, everything)} c`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0n);
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

/** What the links of touched results came to. */
interface Linked {
  pairs: number;
  /** From the first to the last touched event; null where others were touched than those of the pairs. */
  span: Span | null;
}

/**
 * Fills `pg_temp.link_pairs` with every candidate of the touched results, and touches the events among them: what
 * `gatherLinkPairs` begins with, where it was not done before. It may be done before the transaction before this one is
 * through, since which events a result may link to depends on no other result.
 */
export async function linkTouched(db: Db, rules: FactRules): Promise<void> {
  await openPairs(db);
  await sql`analyze pg_temp.touched_results`.execute(db);
  const pairs = await addPairs(db, rules, sql`and r.sourced_id in ${among("touched_results")}`);
  const events = await sql`
    insert into pg_temp.touched_events select distinct event_id from pg_temp.link_pairs on conflict do nothing`.execute(
    db,
  );
  await sql`
    insert into pg_temp.linked
    select (select count(*) from pg_temp.touched_results), ${pairs}::bigint, ${events.numAffectedRows ?? 0n}::bigint, min(occurred_at), max(occurred_at)
    from pg_temp.link_pairs`.execute(db);
}

/** What `linkTouched` came to; null where it was not called, or more results were touched since. */
async function linkedBefore(db: Db): Promise<Linked | null> {
  const { rows } = await sql<{ pairs: string; first: string | null; last: string | null }>`
    select l.pairs, case when l.events = t.events then l.first::text end as first, l.last::text as last
    from pg_temp.linked l, (select count(*) as events from pg_temp.touched_events) t
    where l.results = (select count(*) from pg_temp.touched_results)`.execute(db);
  const [linked] = rows;
  if (!linked) return null;
  const { pairs, first, last } = linked;
  return { pairs: Number(pairs), span: first !== null && last !== null ? { first, last } : null };
}

/**
 * Fills `pg_temp.link_pairs` with every candidate of the touched results, touches the events among them, and adds the
 * candidates of the other results that could link to a touched event: they decide its fact too. `many` are touched
 * (touched.ts). Returns the number of candidates.
 */
export async function gatherLinkPairs(db: Db, rules: FactRules, { many }: Touched): Promise<number> {
  if (!(await isAnyResultLanded(db))) {
    await openPairs(db);
    return 0;
  }
  let own = await linkedBefore(db);
  if (!own) {
    await linkTouched(db, rules);
    own = await linkedBefore(db);
  }
  const { pairs = 0, span = null } = own ?? {};
  const neighbours = await addNeighbours(db, rules, many ? span : null);
  if (pairs + neighbours > 0) await sql`analyze pg_temp.link_pairs`.execute(db);
  return pairs + neighbours;
}

/** `span`: of many touched events, which all stand in `pg_temp.link_pairs`. */
async function addNeighbours(db: Db, rules: FactRules, span: Span | null): Promise<number> {
  await sql`create temp table if not exists neighbour_results (sourced_id text collate "C" primary key)`.execute(db);
  await sql`truncate pg_temp.neighbour_results`.execute(db);
  await sql`analyze pg_temp.touched_events`.execute(db);
  const ids = sql`select event_id from pg_temp.touched_events`;
  const moments = sql`select student_id, occurred_at from pg_temp.link_pairs`;
  const others = sql`and not exists (select from pg_temp.touched_results t where t.sourced_id = r.sourced_id)`;
  const near = span
    ? resultsAround(rules, { span, moments, ids }, others)
    : resultsNear(rules, sql`and e.event_id in (${ids})`);
  const { numAffectedRows } = await sql`
    insert into pg_temp.neighbour_results
    select distinct sourced_id from ${near} n
    where not exists (select from pg_temp.touched_results t where t.sourced_id = n.sourced_id)`.execute(db);
  if ((numAffectedRows ?? 0n) === 0n) return 0;
  await sql`analyze pg_temp.neighbour_results`.execute(db);
  return addPairs(db, rules, sql`and r.sourced_id in ${among("neighbour_results")}`);
}
