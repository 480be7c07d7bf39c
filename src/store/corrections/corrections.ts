import { type RawBuilder, sql } from "kysely";
import type { CorrectedTotal, ListedCorrection, PlannedApp } from "../../domain/findings/correction.js";
import { sessionFindings } from "../audit/findings/finding-columns.js";
import { columnsOf } from "../engine/column-list.js";
import type { Db } from "../engine/session.js";
import { isoDay, isoInstant } from "../engine/sql-time.js";
import { madeTable } from "../engine/temp-table.js";
import { affectedEvents, affectedKeys } from "../facts/affected.js";
import { eventKey } from "../facts/source-keys.js";

/** Who makes or retires corrections, and in which run. */
export interface CorrectionRun {
  runId: string;
  by: string;
  /** The reason, if a person named the events. */
  reason: string | null;
}

const memberOf = (name: string): RawBuilder<unknown> => sql`n.body::json ->> ${sql.lit(name)}`;

/** A hash of the correction's content: an equal correction has an equal id. */
const correctionId = sql`substr(encode(sha256(convert_to(
  concat_ws('|', p.event_id, p.own_xp, array_to_string(p.results, ','), p.generation), 'UTF8')), 'hex'), 1, 16)`;

const COLUMNS = [
  ...["student_id", "correction_id", "event_id", "generation", "own_xp", "excess_xp"],
  ...["results", "verdict", "rule", "evidence"],
];

/** The corrections that a repair would make, and what their findings say. */
const planned = madeTable("planned_corrections", [...COLUMNS, "summary", "email", "date", "counted", "app"]);

/** Which findings are corrected: of these events (null: the confirmed ones), of these apps (null: all). */
export interface Chosen {
  events: readonly string[] | null;
  apps: readonly string[] | null;
}

/**
 * Creates `planned` from the session's findings: of the confirmed bundles, or of bundles of the named events. Events without known
 * own XP cannot be corrected.
 */
export async function planCorrections(db: Db, { events, apps }: Chosen): Promise<void> {
  const byEvent =
    events === null ? sql`n.verdict = 'confirmed'` : sql`(${memberOf("eventId")}) = any(${[...events]}::text[])`;
  const chosen = apps === null ? byEvent : sql`${byEvent} and n.app = any(${[...apps]}::text[])`;
  await planned
    .createFrom(sql`
    with p as (
      select n.student_id, (${memberOf("eventId")})::uuid as event_id, trim_scale((${memberOf("ownXp")})::numeric) as own_xp,
        trim_scale((${memberOf("excessXp")})::numeric) as excess_xp,
        array(select r ->> 'sourcedId' from json_array_elements(n.body::json -> 'results') r) as results,
        n.verdict, ${memberOf("rule")} as rule, n.body as evidence, n.summary, n.email, n.date, n.counted, n.app,
        1 + coalesce((select max(c.generation) from timeback.corrections c where c.event_id = (${memberOf("eventId")})::uuid), 0) as generation
      from ${sessionFindings} n
      where n.kind = 'bundled-xp' and ${memberOf("ownXp")} is not null and ${chosen})
    select ${correctionId} as correction_id, p.* from p`)
    .execute(db);
}

/** The planned corrections of each app, by name, unknown last. */
export async function plannedApps(db: Db): Promise<Omit<PlannedApp, "heldBack">[]> {
  const { rows } = await sql<Omit<PlannedApp, "heldBack">>`
    select app, count(*)::int as corrections, ${text(sql`sum(excess_xp)`)} as "excessXp" from ${planned}
    group by app order by app collate "C" nulls last`.execute(db);
  return rows;
}

/** Takes the corrections of these apps out of the plan. */
export async function holdBack(db: Db, apps: readonly (string | null)[]): Promise<void> {
  await sql`delete from ${planned} where coalesce(app, '') = any(${apps.map((app) => app ?? "")}::text[])`.execute(db);
}

/** Of the named events, those that are not among the planned corrections. */
export async function unplannedEvents(db: Db, events: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from unnest(${[...events]}::text[]) id
    where not exists (select from ${planned} p where p.event_id::text = id)`.execute(db);
  return rows.map(({ id }) => id);
}

/** Writes the planned corrections. The caller derives the facts of their events. */
export async function makeCorrections(db: Db, { runId, by, reason }: CorrectionRun): Promise<number> {
  const columns = columnsOf("", COLUMNS);
  const { numAffectedRows } = await sql`
    insert into timeback.corrections (${columns}, reason, made_by, made_run, made_at)
    select ${columns}, ${reason}, ${by}, ${runId}::uuid, statement_timestamp() from ${planned}`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** Which live corrections to undo. */
export type Undoing = { ids: readonly string[] } | { runId: string };

const undone = (undoing: Undoing): RawBuilder<unknown> =>
  "ids" in undoing ? sql`c.correction_id = any(${[...undoing.ids]}::text[])` : sql`c.made_run::text = ${undoing.runId}`;

/** Retires corrections. The caller derives the facts of their events. */
export async function retireCorrections(db: Db, undoing: Undoing, { runId, by }: CorrectionRun): Promise<number> {
  const { numAffectedRows } = await sql`
    update timeback.corrections c set retired_by = ${by}, retired_run = ${runId}::uuid, retired_at = statement_timestamp()
    where c.retired_at is null and ${undone(undoing)}`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** The ids that name no correction. */
export async function unknownCorrections(db: Db, undoing: Undoing): Promise<string[]> {
  const asked = "ids" in undoing ? [...undoing.ids] : [undoing.runId];
  const { rows } = await sql<{ id: string }>`
    select id from unnest(${asked}::text[]) id
    where not exists (select from timeback.corrections c where id in (c.correction_id, c.made_run::text))`.execute(db);
  return rows.map(({ id }) => id);
}

/** Marks the events of the corrections that a run made or retired, and the keys of their facts, as affected. */
export async function markCorrected(db: Db, runId: string): Promise<void> {
  const corrected = sql`timeback.corrections c where ${runId}::uuid in (c.made_run, c.retired_run) on conflict do nothing`;
  await sql`insert into ${affectedEvents} select c.event_id from ${corrected}`.execute(db);
  await sql`insert into ${affectedKeys} select c.student_id, ${eventKey(sql`c.event_id`)} from ${corrected}`.execute(
    db,
  );
}

const text = (amount: RawBuilder<unknown>): RawBuilder<unknown> => sql`trim_scale(${amount})::text`;

/** The planned corrections, largest differences first. */
export async function plannedCorrections(db: Db): Promise<ListedCorrection[]> {
  const { rows } = await sql<ListedCorrection>`
    select correction_id as id, event_id::text as "eventId", student_id as "studentId", email, ${isoDay(sql`date`)} as date,
      ${text(sql`counted`)} as "from", ${text(sql`round(own_xp, 2)`)} as "to", ${text(sql`excess_xp`)} as "excessXp", results, verdict, rule,
      'planned' as state, null as reason, null as "madeBy", null as "madeAt", null as "runId", null as "retiredBy", null as "retiredAt",
      null as "retiredRunId", summary
    from ${planned}
    order by counted - own_xp desc, student_id collate "C", date, event_id`.execute(db);
  return rows;
}

/** Existing corrections of these students (null: all students), in the order in which they were made. */
export async function listCorrections(
  db: Db,
  which: { students: readonly string[] | null } | { runId: string },
): Promise<ListedCorrection[]> {
  const scope =
    "runId" in which
      ? sql`${which.runId}::uuid in (c.made_run, c.retired_run)`
      : which.students === null
        ? sql`true`
        : sql`c.student_id = any(${[...which.students]}::text[])`;
  const { rows } = await sql<ListedCorrection>`
    select c.correction_id as id, c.event_id::text as "eventId", c.student_id as "studentId", f.email,
      ${isoDay(sql`f.date`)} as date, ${text(sql`round(c.own_xp + c.excess_xp, 2)`)} as "from", ${text(sql`round(c.own_xp, 2)`)} as "to",
      ${text(sql`c.excess_xp`)} as "excessXp", c.results, c.verdict, c.rule,
      case when c.retired_at is null then 'live' else 'undone' end as state, c.reason, c.made_by as "madeBy",
      ${isoInstant(sql`c.made_at`)} as "madeAt", c.made_run::text as "runId", c.retired_by as "retiredBy",
      ${isoInstant(sql`c.retired_at`)} as "retiredAt", c.retired_run::text as "retiredRunId", c.evidence::json ->> 'summary' as summary
    from timeback.corrections c
    left join timeback.processed_facts f on f.student_id = c.student_id and f.fact_key = ${eventKey(sql`c.event_id`)}
    where ${scope}
    order by c.made_at, c.student_id, f.date, c.event_id, c.generation`.execute(db);
  return rows;
}

/** XP of the facts of the students in `planned`, before and after the plan; largest differences first. */
export async function correctedTotals(db: Db): Promise<CorrectedTotal[]> {
  const { rows } = await sql<CorrectedTotal>`
    select p.student_id as "studentId", min(p.email) as email, ${text(sql`sum(f.xp)`)} as before, ${text(sql`sum(f.xp) - sum(p.less)`)} as after
    from (
      select student_id, min(email collate "C") as email, sum(counted - round(own_xp, 2)) as less
      from ${planned} group by student_id) p
    join lateral (select coalesce(sum(xp_earned), 0) as xp from timeback.processed_facts f where f.student_id = p.student_id) f on true
    group by p.student_id order by sum(p.less) desc, p.student_id collate "C"`.execute(db);
  return rows;
}
