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

async function countTestUsers(db: Db): Promise<number> {
  const { rows } = await sql<{ n: string }>`
    select count(*) as n from pg_temp.incoming_assessment_results i
    join timeback.users u on u.sourced_id = i.student_id where u.is_test_user`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

/** Fills `pg_temp.changed_results` with the staged rows that are new or differ, and counts those of other than test users. */
async function findChanged(db: Db): Promise<{ changed: number; existing: number }> {
  await sql`create temp table if not exists changed_results (sourced_id text collate "C" primary key, existing boolean, content boolean)`.execute(
    db,
  );
  await sql`truncate pg_temp.changed_results`.execute(db);
  await sql`
    insert into pg_temp.changed_results
    select i.sourced_id, t.sourced_id is not null, (${of("t", CONTENT)}) is distinct from (${of("i", CONTENT)})
    from pg_temp.incoming_assessment_results i
    left join timeback.assessment_results t on t.sourced_id = i.sourced_id
    where t.sourced_id is null or (${of("t", ["date_last_modified", ...CONTENT])}) is distinct from (${of("i", ["date_last_modified", ...CONTENT])})`.execute(
    db,
  );
  await sql`analyze pg_temp.changed_results`.execute(db);
  const { rows } = await sql<{ changed: string; existing: string }>`
    select count(*) filter (where coalesce(u.is_test_user, false) = false) as changed, count(*) filter (where existing) as existing
    from pg_temp.changed_results c join pg_temp.incoming_assessment_results i on i.sourced_id = c.sourced_id
    left join timeback.users u on u.sourced_id = i.student_id`.execute(db);
  return { changed: Number(rows[0]?.changed ?? 0), existing: Number(rows[0]?.existing ?? 0) };
}

/** Moves the readings that the rows in `changed_results` supersede into the history. */
const keepHistory = (db: Db) =>
  sql`
  insert into timeback.assessment_result_versions (sourced_id, version, ${HISTORY})
  select t.sourced_id, 1 + coalesce((select max(version) from timeback.assessment_result_versions v where v.sourced_id = t.sourced_id), 0),
    ${sql.raw(HISTORY_OF_T)}
  from timeback.assessment_results t join pg_temp.changed_results c on c.sourced_id = t.sourced_id
  where c.existing and c.content`.execute(db);

const HISTORY_OF_T =
  "t.date_last_modified, t.status, t.vanished, t.line_item_id, t.student_id, t.score_date, t.ended_at, t.completed_at, t.xp, t.xp_since, t.multiplier, t.attempt, t.xp_reason";

const lineItem = sql.ref("i.line_item_id");
const DECIMALS: readonly string[] = ["xp", "multiplier", "total_questions", "correct_questions", "mastered_units"];

/** Decimals are landed without trailing zeros: equal amounts have one text. */
const landedColumn = (column: string): RawBuilder<unknown> =>
  DECIMALS.includes(column) ? sql`trim_scale(${of("i", [column])})` : of("i", [column]);

/** `xp_since`: the date_last_modified of the reading that first showed the XP that now stands. */
const upsert = (db: Db) =>
  sql`
  insert into timeback.assessment_results as t
    (sourced_id, date_last_modified, xp_since, activity_key, of_child_line_item, ${sql.join(CONTENT.map((c) => sql.ref(c)))})
  select i.sourced_id, i.date_last_modified, i.date_last_modified, ${activityKey(lineItem)}, li.parent_id is not null,
    ${sql.join(CONTENT.map(landedColumn))}
  from pg_temp.incoming_assessment_results i join pg_temp.changed_results c on c.sourced_id = i.sourced_id
  ${lineItemJoins(lineItem)}
  on conflict (sourced_id) do update set date_last_modified = excluded.date_last_modified,
    activity_key = excluded.activity_key, of_child_line_item = excluded.of_child_line_item,
    xp_since = case when t.xp is distinct from excluded.xp then excluded.date_last_modified else t.xp_since end,
    ${sql.join(CONTENT.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`))}`.execute(db);

const touchChanged = (db: Db) =>
  sql`
  insert into pg_temp.touched_results select sourced_id from pg_temp.changed_results where content on conflict do nothing`.execute(
    db,
  );

/** Writes the changed results, with their history, and touches every fact that they may change: before and after. */
async function writeChanged(db: Db, existing: number, rules: FactRules, write: () => Promise<unknown>): Promise<void> {
  await touchChanged(db);
  if (existing > 0) {
    await touchKeysOfResults(db);
    await touchEventsOfResults(db, rules);
    await keepHistory(db);
  }
  await write();
  await analyzeGrown(db, [
    "assessment_results",
    "assessment_line_items",
    "component_resources",
    "caliper_events",
    "caliper_actors",
  ]);
  if (existing > 0) await touchKeysOfResults(db);
}

/** Lands one page of assessment results; rows that are equal to what is landed are left alone. */
export async function landResultsPage(
  session: Session,
  rules: FactRules,
  incoming: IncomingPage,
  runId: string,
): Promise<LandedResults> {
  const { db } = session;
  const read = await stagePage(session, incoming);
  const rejects = await rejectIncomplete(session, runId, incoming.source.schema);
  const testUsers = await countTestUsers(db);
  const { changed, existing } = await findChanged(db);
  await writeChanged(db, existing, rules, () => upsert(db));
  return { read, changed, unchanged: read - changed - rejects.rejected - testUsers, ...rejects, testUsers };
}

/** Marks the results that the source no longer has (`pg_temp.seen_ids` names those it has). Returns their number. */
export async function markVanished(db: Db, rules: FactRules): Promise<number> {
  await sql`create temp table if not exists changed_results (sourced_id text collate "C" primary key, existing boolean, content boolean)`.execute(
    db,
  );
  await sql`truncate pg_temp.changed_results`.execute(db);
  const { rows } = await sql<{ n: string }>`
    with gone as (
      insert into pg_temp.changed_results
      select t.sourced_id, true, true from timeback.assessment_results t
      where not t.vanished and not exists (select from pg_temp.seen_ids s where s.sourced_id = t.sourced_id) returning 1)
    select count(*) as n from gone`.execute(db);
  const gone = Number(rows[0]?.n ?? 0);
  if (gone > 0)
    await writeChanged(db, gone, rules, () =>
      sql`update timeback.assessment_results t set vanished = true from pg_temp.changed_results c where c.sourced_id = t.sourced_id`.execute(
        db,
      ),
    );
  return gone;
}
