import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { columnsOf } from "../engine/column-list.js";
import type { Db } from "../engine/session.js";
import { BYTES, madeTable, openEmpty, tempTable } from "../engine/temp-table.js";
import { type Affected, affectedEvents, affectedResults, isAnyResultLanded, linkState } from "./affected.js";
import { addPairs, linkPairs } from "./link-pairs.js";
import { bestFirst, candidates, everything } from "./link-rules.js";
import { resultsNear, resultsNearPairs } from "./nearby-results.js";
import { areFew, areNamed, inPart, type Students } from "./student-selection.js";

/** The columns of `linkPairs`, and those of linked results that the audit reads. */
const LINK_COLUMNS = [
  ...linkPairs.columns,
  ...["ended_at", "result_activity", "multiplier", "total_questions", "correct_questions", "xp_reason"],
];
const columns = (names: readonly string[]): RawBuilder<unknown> => columnsOf("", names);

/** The expressions of `bestLinks` over `pairs` with these columns. */
const bestOf = (pairs: RawBuilder<unknown>, of: readonly string[]): RawBuilder<unknown> => sql`
  contested as (select sourced_id from ${pairs} group by sourced_id having count(*) > 1),
  link as (
    select ${columns(of)}, pays as claimed from ${pairs} c
    where sourced_id not in (select sourced_id from contested)
    union all
    select ${columns(of)}, claimed from (
      select c.*, bool_or(pays) over (partition by sourced_id) as claimed,
        row_number() over (partition by sourced_id order by ${bestFirst}) as rank
      from ${pairs} c where sourced_id in (select sourced_id from contested)) ranked
    where rank = 1)`;

/**
 * Common table expressions ending with `link`: each result of `linkPairs` with its best event; `claimed` if any of its candidates
 * pays. Only results with several candidates are ranked: most have one, and ranking all makes the planner underestimate the number of
 * links.
 */
export const bestLinks: RawBuilder<unknown> = bestOf(sql`${linkPairs}`, linkPairs.columns);

/** As `bestLinks`, for these students, from `resultLinks`. */
export const gatheredLinks = (students: Students): RawBuilder<unknown> => sql`
  link as not materialized (select * from ${resultLinks} l where true ${inPart(students, sql`l.student_id`)})`;

/** Every candidate of every result of some students. */
const allCandidates = (rules: FactRules, students: Students): RawBuilder<unknown> => {
  const results = inPart(students, sql`r.student_id`);
  return areNamed(students)
    ? candidates(rules, results, everything)
    : candidates(rules, results, inPart(students, sql`a.student_id`), "whole");
};

/** Each linked result with its one event. */
export const resultLinks = madeTable("links", [...LINK_COLUMNS, "claimed"]);
const candidatePairs = madeTable("link_pairs", LINK_COLUMNS);

/**
 * Creates `resultLinks`: the links of these students; links never cross students. If they are many, the candidates are put in a table
 * first, so that the planner knows their number and can fill the new table in parallel.
 */
export async function gatherLinks(db: Db, rules: FactRules, students: Students): Promise<void> {
  const pairs = sql`select ${columns(LINK_COLUMNS)} from ${allCandidates(rules, students)} c`;
  const best = (of: RawBuilder<unknown>) =>
    sql`${bestOf(of, LINK_COLUMNS)} select ${columns(LINK_COLUMNS)}, claimed from link`;
  if (areFew(students)) {
    await resultLinks.createFrom(sql`with link_pairs as materialized (${pairs}), ${best(sql`link_pairs`)}`).execute(db);
    return;
  }
  await sql`drop table if exists ${candidatePairs}, ${resultLinks}`.execute(db);
  await candidatePairs.createFrom(pairs).execute(db);
  await candidatePairs.analyze(db);
  await resultLinks.createFrom(sql`with ${best(sql`${candidatePairs}`)}`).execute(db);
  await sql`drop table ${candidatePairs}`.execute(db);
  await resultLinks.analyze(db);
}

/**
 * The first half of `gatherLinkPairs`: fills `linkPairs` with every candidate of the affected results, and marks those events as
 * affected. It may run before the previous transaction has committed, since the candidates of a result depend on no other result.
 * Nothing may be marked as affected afterwards.
 */
export async function linkAffected(db: Db, rules: FactRules): Promise<void> {
  await openEmpty(db, linkPairs);
  await affectedResults.analyze(db);
  await addPairs(db, rules, affectedResults);
  await sql`insert into ${linkState} select not exists (select from ${affectedEvents})`.execute(db);
  await sql`
    insert into ${affectedEvents} select distinct event_id from ${linkPairs} order by event_id
    on conflict do nothing`.execute(db);
}

/** Whether `linkPairs` covers all affected events; null if `linkAffected` was not called. */
async function areAllPaired(db: Db): Promise<boolean | null> {
  const { rows } = await sql<{ paired: boolean }>`select paired_all as paired from ${linkState}`.execute(db);
  return rows[0]?.paired ?? null;
}

/**
 * Fills `linkPairs` with every candidate of the affected results, marks those events as affected, and adds the candidates of other
 * results that could link to an affected event: they determine its fact too. `many`: see `Affected`. Returns whether there is any
 * candidate.
 */
export async function gatherLinkPairs(db: Db, rules: FactRules, { many }: Affected): Promise<boolean> {
  if (!(await isAnyResultLanded(db))) {
    await openEmpty(db, linkPairs);
    return false;
  }
  if ((await areAllPaired(db)) === null) await linkAffected(db, rules);
  await sql`analyze ${affectedEvents}, ${linkPairs}`.execute(db);
  const near = many && (await areAllPaired(db)) ? await resultsNearPairs(db, rules) : resultsNearAffected(rules);
  if (near !== null) await addNearby(db, rules, near);
  return linkPairs.isFilled(db);
}

const resultsNearAffected = (rules: FactRules): RawBuilder<unknown> => sql`(
  select sourced_id from ${resultsNear(rules, sql`and e.event_id in (select event_id from ${affectedEvents})`)} n
  where not exists (select from ${affectedResults} t where t.sourced_id = n.sourced_id))`;

/** Unaffected results that could link to an affected event. */
const nearbyResults = tempTable("nearby_results", { sourced_id: BYTES }, ["sourced_id"]);

async function addNearby(db: Db, rules: FactRules, near: RawBuilder<unknown>): Promise<void> {
  await openEmpty(db, nearbyResults);
  const { numAffectedRows } = await sql`
    insert into ${nearbyResults} select distinct sourced_id from ${near} n`.execute(db);
  if ((numAffectedRows ?? 0n) === 0n) return;
  await nearbyResults.analyze(db);
  await addPairs(db, rules, nearbyResults);
  await linkPairs.analyze(db);
}
