import { type RawBuilder, sql } from "kysely";
import { activityKey, lineItemJoins } from "./activities.js";
import type { FactRules } from "./linking.js";
import { type IncomingPage, stagePage } from "./reference-landing.js";
import { keepRejects, type Reject } from "./rejects.js";
import type { Session } from "./session.js";
import { analyzeGrown } from "./statistics.js";
import { touchEventsOfResults, touchKeysOfResults } from "./touched.js";

type Db = Session["db"];

/** What became of the results of one page: read = changed + unchanged + rejected + testUsers. */
export interface LandedResults {
  read: number;
  changed: number;
  unchanged: number;
  rejected: number;
  newRejects: number;
  /** Rows of students marked isTestUser: landed, but without facts unless the settings say so. */
  testUsers: number;
}

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

/** Takes rows without student, line item or score date out of the staging table and into quarantine. */
async function rejectIncomplete(
  session: Session,
  runId: string,
  schema: string,
): Promise<{ rejected: number; newRejects: number }> {
  const { rows } = await sql<{ sourced_id: string; metadata: string | null; wanting: string }>`
    delete from pg_temp.incoming_assessment_results
    where student_id is null or line_item_id is null or score_date is null
    returning sourced_id, metadata, concat_ws(', ', case when student_id is null then 'student_sourced_id' end,
      case when line_item_id is null then 'assessment_line_item_sourced_id' end, case when score_date is null then 'score_date' end) as wanting`.execute(
    session.db,
  );
  const file = `${schema}.assessment_results`;
  const rejects = rows.map(
    ({ sourced_id, metadata, wanting }): Reject => ({
      file,
      line: null,
      member: 0,
      byteOffset: null,
      code: "incomplete-result",
      reason: `result ${sourced_id} has no ${wanting}`,
      excerpt: sourced_id.slice(0, 200),
      record: metadata,
    }),
  );
  return { rejected: rejects.length, newRejects: await keepRejects(session, runId, rejects) };
}

/** Rows, and how many of them are not of test users. */
interface Counted {
  rows: number;
  counting: number;
}

/** Over rows with `student_id`: how many there are, and how many of them are not of test users. */
const COUNTED = sql`count(*) as rows,
  count(*) filter (where student_id not in (select sourced_id from timeback.users where is_test_user)) as counting`;

async function counted(db: Db, statement: RawBuilder<unknown>): Promise<Counted> {
  const { rows } = await (statement as RawBuilder<Record<keyof Counted, string>>).execute(db);
  return { rows: Number(rows[0]?.rows ?? 0), counting: Number(rows[0]?.counting ?? 0) };
}

/** Opens the empty list of the landed results that are about to change, and whether their content does. */
async function openChanged(db: Db): Promise<void> {
  await sql`create temp table if not exists changed_results (sourced_id text collate "C" primary key, content boolean)`.execute(
    db,
  );
  await sql`truncate pg_temp.changed_results`.execute(db);
}

/** Takes out of the staging table what is landed already, and lists in `changed_results` what is landed otherwise. */
async function findChanged(db: Db): Promise<Counted> {
  const all = ["date_last_modified", ...CONTENT];
  await sql`
    delete from pg_temp.incoming_assessment_results i using timeback.assessment_results t
    where t.sourced_id = i.sourced_id and (${of("t", all)}) is not distinct from (${of("i", all)})`.execute(db);
  await sql`analyze pg_temp.incoming_assessment_results (sourced_id)`.execute(db);
  return counted(
    db,
    sql`
    with changed as (
      insert into pg_temp.changed_results
      select i.sourced_id, (${of("t", CONTENT)}) is distinct from (${of("i", CONTENT)})
      from pg_temp.incoming_assessment_results i join timeback.assessment_results t on t.sourced_id = i.sourced_id
      returning sourced_id)
    select ${COUNTED} from changed join pg_temp.incoming_assessment_results i on i.sourced_id = changed.sourced_id`,
  );
}

/** Moves the readings that the rows in `changed_results` supersede into the history. */
const keepHistory = (db: Db) =>
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
 * Lands the staged results that are not landed in any reading, and touches them. Sorted, so that the rows of one place
 * in the indexes come together.
 */
const insertNew = (db: Db): Promise<Counted> =>
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
      on conflict do nothing
      returning sourced_id, student_id),
    touched as (insert into pg_temp.touched_results select sourced_id from fresh)
    select ${COUNTED} from fresh`,
  );

/** `xp_since`: the date_last_modified of the reading that first showed the XP that now stands. */
const updateChanged = (db: Db) =>
  sql`
  update timeback.assessment_results t set date_last_modified = i.date_last_modified,
    activity_key = ${activityKey(lineItem)}, of_child_line_item = li.parent_id is not null,
    xp_since = case when t.xp is distinct from i.xp then i.date_last_modified else t.xp_since end,
    ${sql.join(CONTENT.map((column) => sql`${sql.ref(column)} = ${landedColumn(column)}`))}
  from pg_temp.incoming_assessment_results i join pg_temp.changed_results c on c.sourced_id = i.sourced_id
  ${lineItemJoins(lineItem)}
  where t.sourced_id = i.sourced_id`.execute(db);

/** Changes the results in `changed_results`, with their history, and touches every fact that they may change: before and after. */
async function changeLanded(db: Db, rules: FactRules, change: () => Promise<unknown>): Promise<void> {
  await sql`analyze pg_temp.changed_results`.execute(db);
  await sql`
    insert into pg_temp.touched_results select sourced_id from pg_temp.changed_results where content
    on conflict do nothing`.execute(db);
  await touchKeysOfResults(db);
  await touchEventsOfResults(db, rules);
  await keepHistory(db);
  await change();
  await touchKeysOfResults(db);
}

const NONE: Counted = { rows: 0, counting: 0 };

/** Lands what is staged and returns how many results changed, without those of test users. What is expected only decides what is tried first. */
async function landStaged(db: Db, rules: FactRules, staged: number, expectNew: boolean): Promise<number> {
  await openChanged(db);
  let fresh = expectNew ? await insertNew(db) : NONE;
  if (fresh.rows === staged) return fresh.counting;
  const changed = await findChanged(db);
  if (changed.rows > 0) await changeLanded(db, rules, () => updateChanged(db));
  if (!expectNew) fresh = await insertNew(db);
  return fresh.counting + changed.counting;
}

/** Whether no result was ever landed. */
export async function noResultsLanded(db: Db): Promise<boolean> {
  const { rows } = await sql<{ none: boolean }>`
    select not exists (select from timeback.assessment_results) as none`.execute(db);
  return rows[0]?.none === true;
}

/** The run that lands results, and whether it may expect most of them to be new: that decides only what is tried first. */
export interface ResultsRun {
  runId: string;
  expectNew: boolean;
}

/** Lands one page of assessment results; rows that are equal to what is landed are left alone. */
export async function landResultsPage(
  session: Session,
  rules: FactRules,
  incoming: IncomingPage,
  { runId, expectNew }: ResultsRun,
): Promise<LandedResults> {
  const { db } = session;
  const read = await stagePage(session, incoming);
  const rejects = await rejectIncomplete(session, runId, incoming.source.schema);
  const staged = await counted(db, sql`select ${COUNTED} from pg_temp.incoming_assessment_results`);
  const changed = await landStaged(db, rules, staged.rows, expectNew);
  await analyzeGrown(db, [
    "assessment_results",
    "assessment_line_items",
    "component_resources",
    "caliper_events",
    "caliper_actors",
  ]);
  const unchanged = staged.counting - changed;
  return { read, changed, unchanged, ...rejects, testUsers: staged.rows - staged.counting };
}

/** Marks the results that the source no longer has (`pg_temp.seen_ids` names those it has). Returns their number. */
export async function markVanished(db: Db, rules: FactRules): Promise<number> {
  await openChanged(db);
  const { numAffectedRows } = await sql`
    insert into pg_temp.changed_results
    select t.sourced_id, true from timeback.assessment_results t
    where not t.vanished and not exists (select from pg_temp.seen_ids s where s.sourced_id = t.sourced_id)`.execute(db);
  const gone = Number(numAffectedRows ?? 0);
  if (gone > 0)
    await changeLanded(db, rules, () =>
      sql`update timeback.assessment_results t set vanished = true from pg_temp.changed_results c where c.sourced_id = t.sourced_id`.execute(
        db,
      ),
    );
  return gone;
}
