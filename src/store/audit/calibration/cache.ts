import { sql } from "kysely";
import type { Counter } from "../../../domain/rules/calibration-counts.js";
import { RULE_VERSION } from "../../../domain/rules/rule-version.js";
import type { Db, Session } from "../../engine/session.js";
import { madeTable } from "../../engine/temp-table.js";
import { inTransaction } from "../../engine/transactions.js";
import { inPart, type Students } from "../../facts/student-selection.js";
import type { RequestedSettings } from "../../runs/settings.js";

/** The counts of all students' events when they were last counted. */
export interface KeptTotals {
  counters: readonly Counter[];
}

/** The format of saved counts: to be changed whenever earlier programs could not read them, or would read them otherwise. */
const FORM = "3";

/** The saved counts as an audit saw them. */
export interface KeptState {
  revision: string;
  settings: string;
  /** Null where all students must be counted. */
  totals: KeptTotals | null;
}

/** What all counts depend on: the rules of the program and the settings. */
const shaping = (settings: RequestedSettings): string =>
  JSON.stringify([FORM, RULE_VERSION, Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** The saved counts as this transaction sees them, if they were made with these settings. */
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

/** A student who changed since the counts were saved, with what was counted then. */
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

/** A role that may not write, or not now, can audit all the same. */
const FORBIDDEN = new Set(["42501", "25006"]);
const isForbidden = (error: unknown): boolean => FORBIDDEN.has(String((error as { code?: unknown }).code));

/**
 * Saves what an audit counted (`freshCounts`, `totals`) and deletes the marks that it saw (`seenMarks`): what has changed since
 * stays marked. Saves nothing where another audit is saving, or has saved since this one began. Never waits.
 */
export async function keepCounts(session: Session, seen: KeptState, totals: KeptTotals): Promise<void> {
  await inTransaction(session, async ({ db }) => {
    const { rows } = await sql`
      select from timeback.calibration_state where revision = ${seen.revision}::bigint for update skip locked`.execute(
      db,
    );
    if (rows.length === 0) return;
    await writeFresh(db);
    await sql`delete from timeback.calibration_marks where id in (select id from ${seenMarks})`.execute(db);
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
  select distinct on (student_id) student_id, counts from ${freshCounts} order by student_id, length(counts) desc
  on conflict (student_id) do update set counts = excluded.counts where s.counts <> excluded.counts`.execute(db);

/** What this audit counted of students, as JSON; of a student with two rows, the longer one counts. */
export const freshCounts = madeTable("fresh_counts", ["student_id", "counts"]);

/** Creates `freshCounts` with empty counts for those of these students who were counted before: they may have no events now. */
export const openFreshCounts = (db: Db, students: Students): Promise<unknown> =>
  freshCounts
    .createFrom(
      sql`select student_id, '[]' as counts from timeback.calibration_students where true ${inPart(students, sql`student_id`)}`,
    )
    .execute(db);

/** Adds what was counted of students to `freshCounts`. */
export const addFreshCounts = (
  session: Session,
  counted: readonly { studentId: string; counters: readonly Counter[] }[],
): Promise<void> =>
  freshCounts.add(
    session,
    counted.map(({ studentId, counters }) => ({ student_id: studentId, counts: JSON.stringify(counters) })),
  );

const seenMarks = madeTable("seen_marks", ["id"]);

/** Creates `seenMarks`: the marks that this transaction sees. */
export const noteMarks = (db: Db): Promise<unknown> =>
  seenMarks.createFrom(sql`select id from timeback.calibration_marks`).execute(db);
