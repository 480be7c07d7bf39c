import { sql } from "kysely";
import type { Counter } from "../../../domain/rules/calibration-counts.js";
import { RULE_VERSION } from "../../../domain/rules/rule-version.js";
import type { Db, Session } from "../../engine/session.js";
import { madeTable } from "../../engine/temp-table.js";
import { inTransaction } from "../../engine/transactions.js";
import { inPart, type Students } from "../../facts/student-selection.js";
import type { RequestedSettings } from "../../runs/settings.js";

/** The saved totals of all students' counts. */
export interface KeptTotals {
  counters: readonly Counter[];
}

/** The format of saved counts: to be changed whenever earlier programs could not read them, or would read them otherwise. */
const FORMAT = "3";

/** The saved counts as an audit saw them. */
export interface KeptState {
  revision: string;
  settings: string;
  /** Null if all students must be recounted. */
  totals: KeptTotals | null;
}

/** Everything that counts depend on: their format, the version of the rules, and the settings. */
const fingerprint = (settings: RequestedSettings): string =>
  JSON.stringify([FORMAT, RULE_VERSION, Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** The saved counts in this transaction's snapshot, if they were made with these settings. */
export async function keptState(db: Db, inForce: RequestedSettings): Promise<KeptState> {
  const settings = fingerprint(inForce);
  const { rows } = await sql<{ revision: string; totals: string | null }>`
    select revision::text, case when settings = ${settings}
      and not exists (select from timeback.calibration_marks where student_id is null) then totals end as totals
    from timeback.calibration_state`.execute(db);
  const [row] = rows;
  const totals = row?.totals == null ? null : (JSON.parse(row.totals) as KeptTotals);
  return { revision: row?.revision ?? "0", settings, totals };
}

/** A student changed since the counts were saved, with the saved counts. */
export interface StaleStudent {
  id: string;
  counters: readonly Counter[];
}

/** The students to recount, at most `limit` of them. */
export async function staleStudents(db: Db, limit: number): Promise<StaleStudent[]> {
  const { rows } = await sql<{ id: string; counts: string | null }>`
    select m.student_id as id, k.counts
    from (select distinct student_id from timeback.calibration_marks where student_id is not null limit ${sql.lit(limit)}) m
    left join timeback.calibration_students k on k.student_id = m.student_id`.execute(db);
  return rows.map(({ id, counts }) => ({ id, counters: counts === null ? [] : (JSON.parse(counts) as Counter[]) }));
}

/** An audit also works under a role, or on a server, that cannot write. */
const FORBIDDEN = new Set(["42501", "25006"]);
const isForbidden = (error: unknown): boolean => FORBIDDEN.has(String((error as { code?: unknown }).code));

/**
 * Saves an audit's counts (`freshCounts`, `totals`) and deletes the marks that it saw (`seenMarks`), so that later changes stay
 * marked. Saves nothing if another audit is saving, or has saved since this one began. Never waits.
 */
export async function keepCounts(session: Session, state: KeptState, totals: KeptTotals): Promise<void> {
  await inTransaction(session, async ({ db }) => {
    const { rows } = await sql`
      select from timeback.calibration_state where revision = ${state.revision}::bigint for update skip locked`.execute(
      db,
    );
    if (rows.length === 0) return;
    await writeFresh(db);
    await sql`delete from timeback.calibration_marks where id in (select id from ${seenMarks})`.execute(db);
    await sql`
      update timeback.calibration_state set revision = revision + 1, settings = ${state.settings}, totals = ${JSON.stringify(totals)}`.execute(
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

/** Counts that this audit made by student, as JSON; of two rows of a student the longer one counts. */
export const freshCounts = madeTable("fresh_counts", ["student_id", "counts"]);

/** Creates `freshCounts` with empty counts for those of these students with saved counts: they may have no events now. */
export const openFreshCounts = (db: Db, students: Students): Promise<unknown> =>
  freshCounts
    .createFrom(
      sql`select student_id, '[]' as counts from timeback.calibration_students where true ${inPart(students, sql`student_id`)}`,
    )
    .execute(db);

/** Adds counts of students to `freshCounts`. */
export const addFreshCounts = (
  session: Session,
  counted: readonly { studentId: string; counters: readonly Counter[] }[],
): Promise<void> =>
  freshCounts.add(
    session,
    counted.map(({ studentId, counters }) => ({ student_id: studentId, counts: JSON.stringify(counters) })),
  );

const seenMarks = madeTable("seen_marks", ["id"]);

/** Creates `seenMarks`: the marks in this transaction's snapshot. */
export const noteMarks = (db: Db): Promise<unknown> =>
  seenMarks.createFrom(sql`select id from timeback.calibration_marks`).execute(db);
