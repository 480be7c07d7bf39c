import { type RawBuilder, sql } from "kysely";
import type { Db } from "../engine/session.js";
import { activityKey, lineItemJoins } from "../facts/activities.js";
import { assertWritten } from "../facts/invariants.js";
import { resultKey } from "../facts/source-keys.js";

/** Columns whose change is a new reading of the result; `date_last_modified` alone is none. */
const CONTENT = [
  "status",
  "vanished",
  "line_item_id",
  "student_id",
  "score_date",
  "score_day",
  "score_status",
  "ended_at",
  "completed_at",
  "xp",
  "multiplier",
  "attempt",
  "total_questions",
  "correct_questions",
  "mastered_units",
  "xp_reason",
  "subject",
  "app",
  "course_id",
  "event_refs",
  "metadata",
] as const;

/** Columns that a superseded reading keeps, as evidence for the audit. */
const HISTORY = sql.raw(
  "date_last_modified, status, vanished, line_item_id, student_id, score_date, ended_at, completed_at, xp, xp_since, multiplier, attempt, xp_reason",
);

/** Columns of the landed row `t` or of the incoming row `i`; what is read has not vanished. */
const of = (alias: string, columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(
    columns.map((column) => (alias === "i" && column === "vanished" ? sql`false` : sql.ref(`${alias}.${column}`))),
  );

/** Rows, and how many of them are not of test users. */
export interface Counted {
  rows: number;
  counting: number;
}

/** Over rows with `student_id`: how many there are, and how many of them are not of test users. */
const COUNTED = sql`count(*) as rows,
  count(*) filter (where student_id not in (select sourced_id from timeback.users where is_test_user)) as counting`;

/** What a statement counts that ends with `COUNTED`. */
async function counted(db: Db, statement: RawBuilder<unknown>): Promise<Counted> {
  const { rows } = await (statement as RawBuilder<Record<keyof Counted, string>>).execute(db);
  return { rows: Number(rows[0]?.rows ?? 0), counting: Number(rows[0]?.counting ?? 0) };
}

/** How many results are staged in `pg_temp.incoming_assessment_results`. */
export const countStaged = (db: Db): Promise<Counted> =>
  counted(db, sql`select ${COUNTED} from pg_temp.incoming_assessment_results`);

/** Opens the empty list of the landed results that are about to change: whether their content does, and whose they are before and after. */
export async function openChanged(db: Db): Promise<void> {
  await sql`create temp table if not exists changed_results (
    sourced_id text collate "C" primary key, content boolean, student_before text collate "C", student_after text collate "C")`.execute(
    db,
  );
  await sql`truncate pg_temp.changed_results`.execute(db);
}

/** Takes out of the staging table what is landed already (`equal`), and lists in `changed_results` what is landed otherwise. */
export async function findChanged(db: Db): Promise<{ equal: number; changed: Counted }> {
  const all = ["date_last_modified", ...CONTENT];
  const { numAffectedRows } = await sql`
    delete from pg_temp.incoming_assessment_results i using timeback.assessment_results t
    where t.sourced_id = i.sourced_id and (${of("t", all)}) is not distinct from (${of("i", all)})`.execute(db);
  await sql`analyze pg_temp.incoming_assessment_results (sourced_id)`.execute(db);
  const changed = await counted(
    db,
    sql`
    with changed as (
      insert into pg_temp.changed_results
      select i.sourced_id, (${of("t", CONTENT)}) is distinct from (${of("i", CONTENT)}), t.student_id, i.student_id
      from pg_temp.incoming_assessment_results i join timeback.assessment_results t on t.sourced_id = i.sourced_id
      returning student_after as student_id)
    select ${COUNTED} from changed`,
  );
  return { equal: Number(numAffectedRows ?? 0n), changed };
}

/** Touches the results in `changed_results` whose content changes, and the facts of their own that they may have, before and after. */
export async function touchChanged(db: Db): Promise<void> {
  await sql`
    insert into pg_temp.touched_results select sourced_id from pg_temp.changed_results where content
    on conflict do nothing`.execute(db);
  await sql`
    insert into pg_temp.touched_keys
    select s.student_id, ${resultKey(sql`c.sourced_id`)} from pg_temp.changed_results c
    cross join unnest(array[c.student_before, c.student_after]) as s(student_id)
    where c.content on conflict do nothing`.execute(db);
}

/** Moves the readings that the rows in `changed_results` supersede into the history. */
export const keepHistory = (db: Db) =>
  sql`
  insert into timeback.assessment_result_versions (sourced_id, version, ${HISTORY})
  select t.sourced_id, 1 + coalesce((select max(version) from timeback.assessment_result_versions v where v.sourced_id = t.sourced_id), 0),
    ${sql.raw(HISTORY_OF_T)}
  from timeback.assessment_results t join pg_temp.changed_results c on c.sourced_id = t.sourced_id
  where c.content`.execute(db);

const HISTORY_OF_T =
  "t.date_last_modified, t.status, t.vanished, t.line_item_id, t.student_id, t.score_date, t.ended_at, t.completed_at, t.xp, t.xp_since, t.multiplier, t.attempt, t.xp_reason";

const lineItem = sql.ref("i.line_item_id");
const DECIMALS: readonly string[] = ["xp", "multiplier", "total_questions", "correct_questions", "mastered_units"];

/** Decimals are landed without trailing zeros: equal amounts have one text. */
const landedColumn = (column: string): RawBuilder<unknown> =>
  DECIMALS.includes(column) ? sql`trim_scale(${of("i", [column])})` : of("i", [column]);

/**
 * Inserts the staged results that are not in `changed_results`, and touches them. Sorted, so that rows of one place in
 * the indexes come together.
 */
export const insertNew = (db: Db): Promise<Counted> =>
  counted(
    db,
    sql`
    with fresh as (
      insert into timeback.assessment_results
        (sourced_id, date_last_modified, xp_since, activity_key, of_child_line_item, ${sql.join(CONTENT.map((c) => sql.ref(c)))})
      select i.sourced_id, i.date_last_modified, i.date_last_modified, ${activityKey(lineItem)}, li.parent_id is not null,
        ${sql.join(CONTENT.map(landedColumn))}
      from pg_temp.incoming_assessment_results i ${lineItemJoins(lineItem)}
      where i.sourced_id not in (select sourced_id from pg_temp.changed_results)
      order by i.sourced_id
      returning sourced_id, student_id),
    touched as (insert into pg_temp.touched_results select sourced_id from fresh)
    select ${COUNTED} from fresh`,
  );

/**
 * Gives the landed rows in `changed_results`, so many, what is staged. `xp_since`: the date_last_modified of the reading that
 * first showed the XP that now stands.
 */
export async function updateChanged(db: Db, rows: number): Promise<void> {
  const { numAffectedRows } = await sql`
  update timeback.assessment_results t set date_last_modified = i.date_last_modified,
    activity_key = ${activityKey(lineItem)}, of_child_line_item = li.parent_id is not null,
    xp_since = case when t.xp is distinct from i.xp then i.date_last_modified else t.xp_since end,
    ${sql.join(CONTENT.map((column) => sql`${sql.ref(column)} = ${landedColumn(column)}`))}
  from pg_temp.incoming_assessment_results i join pg_temp.changed_results c on c.sourced_id = i.sourced_id
  ${lineItemJoins(lineItem)}
  where t.sourced_id = i.sourced_id`.execute(db);
  assertWritten("results were changed", numAffectedRows ?? 0n, rows);
}

/** Marks the landed rows in `changed_results`, so many, as vanished. */
export async function voidChanged(db: Db, rows: number): Promise<void> {
  const { numAffectedRows } = await sql`
    update timeback.assessment_results t set vanished = true
    from pg_temp.changed_results c where c.sourced_id = t.sourced_id`.execute(db);
  assertWritten("results were marked as vanished", numAffectedRows ?? 0n, rows);
}
