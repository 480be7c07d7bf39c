import { type RawBuilder, sql } from "kysely";
import type { Counter } from "../domain/app-counters.js";
import { RULE_VERSION } from "../domain/rule-version.js";
import { inTransaction } from "./runs.js";
import type { Session } from "./session.js";
import { settingsInForce } from "./settings.js";
import { areNamed, inPart, type Students } from "./student-part.js";

type Db = Session["db"];

/** What all students' events said when they were counted, and the apps whose events were looked at beyond the quiet ones. */
export interface KeptTotals {
  counters: readonly Counter[];
  banked: readonly string[];
  all: readonly string[];
}

/** The state of the kept counts that an audit saw. */
export interface KeptState {
  epoch: string;
  revision: string;
  settings: string;
  /** Null where all students must be counted. */
  totals: KeptTotals | null;
}

/** What shapes every count: the rules of the program and the settings. */
const shaping = async (db: Db): Promise<string> =>
  JSON.stringify([RULE_VERSION, Object.entries(await settingsInForce(db)).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** The kept counts as this transaction sees them. */
export async function keptState(db: Db): Promise<KeptState> {
  const settings = await shaping(db);
  const { rows } = await sql<{ epoch: string; revision: string; totals: string | null }>`
    select epoch::text, revision::text, case when counted_epoch = epoch and settings = ${settings} then totals end as totals
    from timeback.calibration_state`.execute(db);
  const [row] = rows;
  const totals = row?.totals == null ? null : (JSON.parse(row.totals) as KeptTotals);
  return { epoch: row?.epoch ?? "0", revision: row?.revision ?? "0", settings, totals };
}

/** A student who changed since the kept counts were made, with what was counted then. */
export interface StaleStudent {
  id: string;
  counters: readonly Counter[];
}

/** The students who must be counted again, at most `limit` of them. */
export async function staleStudents(db: Db, limit: number): Promise<StaleStudent[]> {
  const { rows } = await sql<{ id: string; counts: string | null }>`
    select student_id as id, counts from timeback.calibration_students where counted is distinct from version
    order by student_id limit ${sql.lit(limit)}`.execute(db);
  return rows.map(({ id, counts }) => ({ id, counters: counts === null ? [] : (JSON.parse(counts) as Counter[]) }));
}

/** Faults of an audit that may not write, or that would have to wait: then nothing is kept. */
const HARMLESS = new Set(["42501", "25006", "55P03", "40P01"]);
const isHarmless = (error: unknown): boolean => HARMLESS.has(String((error as { code?: unknown }).code));

/**
 * Keeps what an audit counted (`pg_temp.fresh_counts`), as of the state that it saw. Where that has changed since, or a run
 * is about to change it, nothing is kept: the next audit counts again. Waits for nobody.
 */
export async function keepCounts(session: Session, seen: KeptState, totals: KeptTotals): Promise<void> {
  await inTransaction(session, async ({ db }) => {
    await sql`set local lock_timeout = '200ms'`.execute(db);
    const { rows } = await sql`
      select from timeback.calibration_state where epoch = ${seen.epoch}::bigint and revision = ${seen.revision}::bigint
      for update skip locked`.execute(db);
    if (rows.length === 0) return;
    await writeFresh(db);
    await sql`
      update timeback.calibration_state set counted_epoch = epoch, revision = revision + 1, settings = ${seen.settings},
        totals = ${JSON.stringify(totals)}`.execute(db);
  }).catch((error: unknown) => {
    if (!isHarmless(error)) throw error;
  });
}

const writeFresh = (db: Db) =>
  sql`
  insert into timeback.calibration_students as s (student_id, version, counted, counts)
  select student_id, version, version, counts from pg_temp.fresh_counts order by student_id
  on conflict (student_id) do update set counted = excluded.counted, counts = excluded.counts
  where (s.counted, s.counts) is distinct from (excluded.counted, excluded.counts)`.execute(db);

/**
 * Makes `pg_temp.fresh_counts` from `pg_temp.student_counters`: what was counted of these students, with
 * the version of theirs that this transaction sees.
 */
export async function freshCounts(db: Db, students: Students): Promise<void> {
  const known: RawBuilder<unknown> = !areNamed(students)
    ? sql`select student_id, version from timeback.calibration_students where true ${inPart(students, sql`student_id`)}`
    : sql`select s.student_id, k.version from unnest(${[...students]}::text[]) s(student_id)
          left join timeback.calibration_students k on k.student_id = s.student_id`;
  await sql`
    create temp table fresh_counts as
    with counted as (
      select student_id, json_agg(json_build_array(app, kind, formulas, events) order by app, kind, formulas)::text as counts
      from pg_temp.student_counters group by 1)
    select coalesce(k.student_id, c.student_id) as student_id, coalesce(k.version, 0) as version, coalesce(c.counts, '[]') as counts
    from counted c full join (${known}) k on k.student_id = c.student_id`.execute(db);
}
