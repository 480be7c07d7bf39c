import { sql } from "kysely";
import type { Counter } from "../../../domain/rules/calibration-counts.js";
import { RULE_VERSION } from "../../../domain/rules/rule-version.js";
import type { Db, Session } from "../../engine/session.js";
import { inTransaction } from "../../engine/transactions.js";
import { inPart, type Students } from "../../facts/student-selection.js";
import type { RequestedSettings } from "../../runs/settings.js";

/** What all students' events said when they were counted, and the apps whose events were looked at beyond the quiet ones. */
export interface KeptTotals {
  counters: readonly Counter[];
  banked: readonly string[];
  all: readonly string[];
}

/** The state of the kept counts that an audit saw. */
export interface KeptState {
  revision: string;
  settings: string;
  /** Null where all students must be counted. */
  totals: KeptTotals | null;
}

/** What shapes every count: the rules of the program and the settings. */
const shaping = (settings: RequestedSettings): string =>
  JSON.stringify([RULE_VERSION, Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** The kept counts as this transaction sees them, while these settings are in force. */
export async function keptState(db: Db, inForce: RequestedSettings): Promise<KeptState> {
  const settings = shaping(inForce);
  const { rows } = await sql<{ revision: string; totals: string | null }>`
    select revision::text, case when settings = ${settings}
      and not exists (select from timeback.calibration_marks where student_id is null) then totals end as totals
    from timeback.calibration_state`.execute(db);
  const [row] = rows;
  const totals = row?.totals == null ? null : (JSON.parse(row.totals) as KeptTotals);
  return { revision: row?.revision ?? "0", settings, totals };
}

/** A student who changed since the kept counts were made, with what was counted then. */
export interface StaleStudent {
  id: string;
  counters: readonly Counter[];
}

/** The students who must be counted again, at most `limit` of them. */
export async function staleStudents(db: Db, limit: number): Promise<StaleStudent[]> {
  const { rows } = await sql<{ id: string; counts: string | null }>`
    select m.student_id as id, k.counts
    from (select distinct student_id from timeback.calibration_marks where student_id is not null limit ${sql.lit(limit)}) m
    left join timeback.calibration_students k on k.student_id = m.student_id`.execute(db);
  return rows.map(({ id, counts }) => ({ id, counters: counts === null ? [] : (JSON.parse(counts) as Counter[]) }));
}

/** Whoever may not write, or not now, can audit all the same. */
const FORBIDDEN = new Set(["42501", "25006"]);
const isForbidden = (error: unknown): boolean => FORBIDDEN.has(String((error as { code?: unknown }).code));

/**
 * Keeps what an audit counted (`pg_temp.fresh_counts`), and takes away the marks that it saw: what has changed since keeps
 * its marks. Where another audit has kept something meanwhile, or is about to, nothing is kept. Waits for nobody.
 */
export async function keepCounts(session: Session, seen: KeptState, totals: KeptTotals): Promise<void> {
  await inTransaction(session, async ({ db }) => {
    const { rows } = await sql`
      select from timeback.calibration_state where revision = ${seen.revision}::bigint for update skip locked`.execute(
      db,
    );
    if (rows.length === 0) return;
    await writeFresh(db);
    await sql`delete from timeback.calibration_marks where id in (select id from pg_temp.seen_marks)`.execute(db);
    await sql`
      update timeback.calibration_state set revision = revision + 1, settings = ${seen.settings}, totals = ${JSON.stringify(totals)}`.execute(
      db,
    );
  }).catch((error: unknown) => {
    if (!isForbidden(error)) throw error;
  });
}

const writeFresh = (db: Db) =>
  sql`
  insert into timeback.calibration_students as s (student_id, counts)
  select student_id, counts from pg_temp.fresh_counts
  on conflict (student_id) do update set counts = excluded.counts where s.counts <> excluded.counts`.execute(db);

/**
 * Makes `pg_temp.fresh_counts` from `pg_temp.student_counters`: what was counted of these students, and nothing of those of
 * them who were counted before and have no events now.
 */
export async function freshCounts(db: Db, students: Students): Promise<void> {
  await sql`
    create temp table fresh_counts as
    with counted as (
      select student_id, json_agg(json_build_array(app, kind, formulas, events) order by app, kind, formulas)::text as counts
      from pg_temp.student_counters group by 1),
    known as (select student_id from timeback.calibration_students where true ${inPart(students, sql`student_id`)})
    select coalesce(k.student_id, c.student_id) as student_id, coalesce(c.counts, '[]') as counts
    from counted c full join known k on k.student_id = c.student_id`.execute(db);
}

/** Makes `pg_temp.seen_marks`, the marks that this transaction sees. */
export const noteMarks = (db: Db) =>
  sql`create temp table seen_marks as select id from timeback.calibration_marks`.execute(db);
