import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { Db } from "../engine/session.js";
import { affectedEvents, affectedKeys, affectedResults } from "./affected.js";
import { factDifferences } from "./fact-differences.js";
import { among, type FactScope, within } from "./fact-scope.js";
import { eventIdIn, eventKey, resultKey } from "./source-keys.js";

/** Number of facts, and their XP as exact decimal text. */
export interface FactTotals {
  facts: number;
  xp: string;
}

/**
 * Marks the scope as affected: stored facts in it, and landed rows whose facts would be in it, so that facts moving into or out of
 * the scope are found from both sides.
 */
export async function markScope(db: Db, scope: FactScope, { zone }: FactRules): Promise<void> {
  const day = (instant: RawBuilder<unknown>) => sql`(${instant} at time zone ${zone})::date`;
  for (const statement of [
    sql`insert into ${affectedKeys} select f.student_id, f.fact_key from timeback.processed_facts f
      where ${among(sql`f.student_id`, scope)} and ${within(sql`f.date`, scope)}`,
    sql`insert into ${affectedEvents} select e.event_id from timeback.caliper_events e
      join timeback.caliper_actors a on a.actor_key = e.actor_key
      where ${among(sql`a.student_id`, scope)} and ${within(day(sql`e.occurred_at`), scope)}
      union select e.event_id from timeback.caliper_events e
      join ${affectedKeys} k on k.fact_key = ${eventKey(sql`e.event_id`)}`,
    sql`insert into ${affectedResults} select r.sourced_id from timeback.assessment_results r
      where ${among(sql`r.student_id`, scope)} and ${within(sql`coalesce(r.score_day, ${day(sql`r.score_date`)})`, scope)}
      union select r.sourced_id from timeback.assessment_results r
      join ${affectedKeys} k on k.fact_key = ${resultKey(sql`r.sourced_id`)}`,
    sql`insert into ${affectedKeys} select a.student_id, ${eventKey(sql`e.event_id`)}
      from ${affectedEvents} t join timeback.caliper_events e on e.event_id = t.event_id
      join timeback.caliper_actors a on a.actor_key = e.actor_key on conflict do nothing`,
    sql`insert into ${affectedKeys} select r.student_id, ${resultKey(sql`r.sourced_id`)}
      from ${affectedResults} t join timeback.assessment_results r on r.sourced_id = t.sourced_id on conflict do nothing`,
    sql`analyze ${affectedKeys}, ${affectedEvents}, ${affectedResults}`,
  ])
    await statement.execute(db);
}

/** Totals of all stored facts, or of those with affected keys. */
export async function factTotals(db: Db, which: "all" | "affected"): Promise<FactTotals> {
  const scope =
    which === "all" ? sql`` : sql`where (student_id, fact_key) in (select student_id, fact_key from ${affectedKeys})`;
  const { rows } = await sql<{ facts: string; xp: string }>`
    select count(*) as facts, coalesce(sum(xp_earned), 0)::text as xp from timeback.processed_facts ${scope}`.execute(
    db,
  );
  return { facts: Number(rows[0]?.facts ?? 0), xp: rows[0]?.xp ?? "0" };
}

/** A fact written by another system: its key names no landed record. */
export interface ForeignFact {
  studentId: string;
  factKey: string;
  date: string;
  xpEarned: string | null;
}

/** The facts of another system among those that the last derivation removed: their number, and the first ones by key. */
export async function foreignAmongRemoved(db: Db, limit: number): Promise<{ count: number; first: ForeignFact[] }> {
  const { rows } = await sql<ForeignFact & { total: string }>`
    select f.student_id as "studentId", f.fact_key as "factKey", f.date::text as date, f.xp_earned::text as "xpEarned", count(*) over () as total
    from ${factDifferences} f
    where f.gone and not exists (select from timeback.caliper_events e
        where e.event_id = ${eventIdIn(sql`f.fact_key`)})
      and not exists (select from timeback.assessment_results r
        where f.fact_key = ${resultKey(sql`r.sourced_id`)})
    order by f.student_id collate "C", f.fact_key collate "C" limit ${limit}`.execute(db);
  return { count: Number(rows[0]?.total ?? 0), first: rows.map(({ total: _, ...fact }) => fact) };
}
