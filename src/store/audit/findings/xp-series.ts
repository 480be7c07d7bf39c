import { type RawBuilder, sql } from "kysely";
import type { AppStep, Series, StepUnit, XpStep } from "../../../domain/findings/xp-series.js";
import type { Db } from "../../engine/session.js";
import { isoDay } from "../../engine/sql-time.js";
import type { FactScope } from "../../facts/fact-scope.js";
import { inScope } from "../../facts/fact-scope.js";
import { sessionFindings } from "./finding-columns.js";

const MAX_STEPS = 400;
const DAYS: Readonly<Record<Exclude<StepUnit, "month">, number>> = { day: 1, week: 7 };

/** The shortest unit for which the days fit into the number of steps. */
const unitFor = (days: number, units: readonly (keyof typeof DAYS)[]): StepUnit =>
  units.find((unit) => days <= MAX_STEPS * DAYS[unit]) ?? "month";

const firstDay = (day: RawBuilder<unknown>, unit: StepUnit): RawBuilder<unknown> =>
  sql`date_trunc(${sql.lit(unit)}, ${day}::timestamp)::date`;

/** Counted XP of the facts in scope (of these apps; null: all) over time, and the XP without confirmed inflation. */
export async function xpSeries(db: Db, scope: FactScope, apps: readonly string[] | null): Promise<Series<XpStep>> {
  const facts = sql`timeback.processed_facts f
    where ${inScope(scope)} and ${apps === null ? sql`true` : sql`f.app = any(${[...apps]}::text[])`}`;
  const span = await sql<{ days: number }>`
    select coalesce(max(date) - min(date) + 1, 0)::int as days from (
      select f.date from ${facts} union all select date from ${sessionFindings} where date is not null) d`.execute(db);
  const unit = unitFor(span.rows[0]?.days ?? 0, ["day", "week"]);
  const { rows } = await sql<XpStep & { all: string }>`
    with counted as (
      select ${firstDay(sql.ref("f.date"), unit)} as day, coalesce(sum(f.xp_earned), 0) as xp from ${facts} group by 1),
    inflated as (
      select ${firstDay(sql.ref("date"), unit)} as day, sum(inflation) as xp from ${sessionFindings}
      where verdict = 'confirmed' and date is not null group by 1)
    select ${isoDay(sql.ref("day"))} as from, coalesce(c.xp, 0)::text as "countedXp",
      (coalesce(c.xp, 0) - coalesce(i.xp, 0))::text as "trueXp", (count(*) over ())::text as all
    from counted c full join inflated i using (day) order by day desc limit ${MAX_STEPS}`.execute(db);
  return seriesOf(unit, rows);
}

/** Confirmed inflation of each app over time, in steps from Mondays. */
export async function inflationSeries(db: Db): Promise<Series<AppStep>> {
  const confirmed = sql`${sessionFindings} where verdict = 'confirmed' and date is not null and inflation <> 0`;
  const span = await sql<{ days: number }>`
    select coalesce(max(date) - min(date) + 1, 0)::int as days from ${confirmed}`.execute(db);
  const unit = unitFor(span.rows[0]?.days ?? 0, ["week"]);
  const { rows } = await sql<AppStep & { all: string }>`
    with step as (
      select ${firstDay(sql.ref("date"), unit)} as day, app, sum(inflation) as xp from ${confirmed} group by 1, 2),
    kept as (select day, count(*) over () as all from step group by day order by day desc limit ${MAX_STEPS})
    select ${isoDay(sql.ref("day"))} as from, app, xp::text as "inflationXp", k.all::text as all
    from step join kept k using (day) order by day desc, app collate "C" nulls last`.execute(db);
  return seriesOf(unit, rows);
}

function seriesOf<Step extends { from: string }>(
  unit: StepUnit,
  rows: readonly (Step & { all: string })[],
): Series<Step> {
  const shown = new Set(rows.map(({ from }) => from)).size;
  return {
    unit,
    steps: rows.map(({ all: _, ...step }) => step as unknown as Step).reverse(),
    omitted: Number(rows[0]?.all ?? shown) - shown,
  };
}
