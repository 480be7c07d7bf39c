import { type RawBuilder, sql } from "kysely";
import { columnsOf } from "../engine/column-list.js";
import type { Db } from "../engine/session.js";
import { BYTES, tempTable } from "../engine/temp-table.js";
import { activityKey, lineItemJoins } from "../facts/activities.js";
import { affectedKeys, affectedResults } from "../facts/affected.js";
import { assertWritten } from "../facts/invariants.js";
import { resultKey } from "../facts/source-keys.js";
import { assessmentResults } from "../source/tables.js";
import { incoming } from "./staging.js";

/** The columns whose change makes a new version of the result: all that are read, except `date_last_modified`. */
const CONTENT = ["vanished", ...Object.keys(assessmentResults.select(new Map()))];

/** The columns of a superseded version kept as evidence for the audit. */
const HISTORY = [
  ...["date_last_modified", "status", "vanished", "line_item_id", "student_id", "score_date", "ended_at"],
  ...["completed_at", "xp", "xp_since", "multiplier", "attempt", "xp_reason"],
];

/** The staged results. */
const staged = incoming(assessmentResults);

/** Columns of the landed row `t` or of the incoming row `i`, which has not vanished. */
const of = (alias: "t" | "i", columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(
    columns.map((column) => (alias === "i" && column === "vanished" ? sql`false` : sql.ref(`${alias}.${column}`))),
  );

/** Number of rows, and of those not of test users. */
export interface Counted {
  rows: number;
  counting: number;
}

/** Over rows with `student_id`: their number, and that of rows not of test users. */
const COUNTED = sql`count(*) as rows,
  count(*) filter (where student_id not in (select sourced_id from timeback.users where is_test_user)) as counting`;

/** Runs a statement that ends with `COUNTED`. */
async function counted(db: Db, statement: RawBuilder<unknown>): Promise<Counted> {
  const { rows } = await (statement as RawBuilder<Record<keyof Counted, string>>).execute(db);
  return { rows: Number(rows[0]?.rows ?? 0), counting: Number(rows[0]?.counting ?? 0) };
}

/** Number of staged results. */
export const countStaged = (db: Db): Promise<Counted> => counted(db, sql`select ${COUNTED} from ${staged}`);

/** The landed results about to change: whether their content does, and their students before and after. */
export const changedResults = tempTable(
  "changed_results",
  { sourced_id: BYTES, content: "boolean", student_before: BYTES, student_after: BYTES },
  ["sourced_id"],
);

/** Removes unchanged results from staging (`equal`), and fills the empty `changedResults` with those that differ. */
export async function findChanged(db: Db): Promise<{ equal: number; changed: Counted }> {
  const all = ["date_last_modified", ...CONTENT];
  const { numAffectedRows } = await sql`
    delete from ${staged} i using timeback.assessment_results t
    where t.sourced_id = i.sourced_id and (${of("t", all)}) is not distinct from (${of("i", all)})`.execute(db);
  await sql`analyze ${staged} (sourced_id)`.execute(db);
  const changed = await counted(
    db,
    sql`
    with changed as (
      insert into ${changedResults}
      select i.sourced_id, (${of("t", CONTENT)}) is distinct from (${of("i", CONTENT)}), t.student_id, i.student_id
      from ${staged} i join timeback.assessment_results t on t.sourced_id = i.sourced_id
      returning student_after as student_id)
    select ${COUNTED} from changed`,
  );
  return { equal: Number(numAffectedRows ?? 0n), changed };
}

/** Marks results with changed content, and the facts that they may have before and after, as affected. */
export async function markChanged(db: Db): Promise<void> {
  await sql`
    insert into ${affectedResults} select sourced_id from ${changedResults} where content
    on conflict do nothing`.execute(db);
  await sql`
    insert into ${affectedKeys}
    select s.student_id, ${resultKey(sql`c.sourced_id`)} from ${changedResults} c
    cross join unnest(array[c.student_before, c.student_after]) as s(student_id)
    where c.content on conflict do nothing`.execute(db);
}

/** Copies the versions that the rows in `changedResults` supersede to the history. */
export const keepHistory = (db: Db) =>
  sql`
  insert into timeback.assessment_result_versions (sourced_id, version, ${columnsOf("", HISTORY)})
  select t.sourced_id, 1 + coalesce((select max(version) from timeback.assessment_result_versions v where v.sourced_id = t.sourced_id), 0),
    ${columnsOf("t.", HISTORY)}
  from timeback.assessment_results t join ${changedResults} c on c.sourced_id = t.sourced_id
  where c.content`.execute(db);

const lineItem = sql.ref("i.line_item_id");
const DECIMALS: readonly string[] = ["xp", "multiplier", "total_questions", "correct_questions", "mastered_units"];

/** Decimals are landed without trailing zeros, so that equal amounts have equal text. */
const landedColumn = (column: string): RawBuilder<unknown> =>
  DECIMALS.includes(column) ? sql`trim_scale(${of("i", [column])})` : of("i", [column]);

/**
 * Inserts the staged results that are not in `changedResults`, and marks them as affected. Sorted, so that neighbouring index entries
 * are written together.
 */
export const insertNew = (db: Db): Promise<Counted> =>
  counted(
    db,
    sql`
    with fresh as (
      insert into timeback.assessment_results
        (sourced_id, date_last_modified, xp_since, activity_key, of_child_line_item, ${columnsOf("", CONTENT)})
      select i.sourced_id, i.date_last_modified, i.date_last_modified, ${activityKey(lineItem)}, li.parent_id is not null,
        ${sql.join(CONTENT.map(landedColumn))}
      from ${staged} i ${lineItemJoins(lineItem)}
      where i.sourced_id not in (select sourced_id from ${changedResults})
      order by i.sourced_id
      returning sourced_id, student_id),
    affected as (insert into ${affectedResults} select sourced_id from fresh)
    select ${COUNTED} from fresh`,
  );

/**
 * Updates the landed rows in `changedResults`, `rows` in number, from staging. `xp_since` is the date_last_modified of the version
 * that first showed the current XP.
 */
export async function updateChanged(db: Db, rows: number): Promise<void> {
  const { numAffectedRows } = await sql`
  update timeback.assessment_results t set date_last_modified = i.date_last_modified,
    activity_key = ${activityKey(lineItem)}, of_child_line_item = li.parent_id is not null,
    xp_since = case when t.xp is distinct from i.xp then i.date_last_modified else t.xp_since end,
    ${sql.join(CONTENT.map((column) => sql`${sql.ref(column)} = ${landedColumn(column)}`))}
  from ${staged} i join ${changedResults} c on c.sourced_id = i.sourced_id
  ${lineItemJoins(lineItem)}
  where t.sourced_id = i.sourced_id`.execute(db);
  assertWritten("results were changed", numAffectedRows ?? 0n, rows);
}

/** Marks the landed rows in `changedResults`, `rows` in number, as vanished. */
export async function voidChanged(db: Db, rows: number): Promise<void> {
  const { numAffectedRows } = await sql`
    update timeback.assessment_results t set vanished = true
    from ${changedResults} c where c.sourced_id = t.sourced_id`.execute(db);
  assertWritten("results were marked as vanished", numAffectedRows ?? 0n, rows);
}
