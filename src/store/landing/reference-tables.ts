import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { LaneOrder } from "../../flow/ordered-lanes.js";
import { columnsOf } from "../engine/column-list.js";
import type { Db, Session } from "../engine/session.js";
import { BYTES, openEmpty, type TempTable, tempTable } from "../engine/temp-table.js";
import { courseJoins, courseOfResult, renewActivities } from "../facts/activities.js";
import { affectedResults, markEventsOfResults, markKeysOfResults, markStudents } from "../facts/affected.js";
import { affectedStudents, findAffectedStudents, moveActors, noteStudentsBefore } from "../facts/students.js";
import { pageColumns, type Source } from "../source/inspect.js";
import type { SourceTable, SourceTableName } from "../source/tables.js";
import { seenIds } from "./full-read.js";
import { dateNewResources, keepRemovedXp, keepResourceXp } from "./resource-history.js";
import { type Rejected, rejectLongIds } from "./source-rejects.js";
import { incoming, type StagedPages, stage } from "./staging.js";

/** Number of rows read, and of those new or changed. */
export interface LandedRows extends Rejected {
  read: number;
  changed: number;
}

/** Incoming rows of a source table, and their order among the run's transactions. */
export interface Incoming extends StagedPages {
  source: Source;
  order: LaneOrder;
}

const landed = ({ name }: SourceTable) => sql.table(`timeback.${name}`);
const landedColumns = (table: SourceTable): string[] => pageColumns(table).filter((column) => column !== "read_at");

/** Removes rows that are landed unchanged from staging. Returns how many are left. */
async function keepChanged(db: Db, table: SourceTable): Promise<number> {
  const of = (alias: string) => columnsOf(`${alias}.`, landedColumns(table));
  await sql`
    delete from ${incoming(table)} i using ${landed(table)} t
    where t.sourced_id = i.sourced_id and (${of("t")}) is not distinct from (${of("i")})`.execute(db);
  const { rows } = await sql<{ n: string }>`select count(*) as n from ${incoming(table)}`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

async function upsert(db: Db, table: SourceTable): Promise<void> {
  if (table.name !== "resources") return upsertRows(db, table);
  await keepResourceXp(db, incoming(table));
  await upsertRows(db, table);
  await dateNewResources(db, incoming(table));
}

async function upsertRows(db: Db, table: SourceTable): Promise<void> {
  const columns = landedColumns(table);
  const values = columns.filter((column) => column !== "sourced_id");
  await sql`
    insert into ${landed(table)} (${columnsOf("", columns)})
    select ${columnsOf("", columns)} from ${incoming(table)}
    order by sourced_id
    on conflict (sourced_id) do update
    set ${sql.join(values.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`))}`.execute(db);
}

/**
 * Which results a row of a table shapes: those in which this is its id; null where it shapes none. (Users shape facts through
 * their students: `changeUsers`.)
 */
const SHAPED_BY: Record<Exclude<SourceTableName, "users">, RawBuilder<unknown> | null> = {
  assessment_results: sql`r.sourced_id`,
  assessment_line_items: sql`r.line_item_id`,
  component_resources: sql`li.component_resource_id`,
  resources: sql`r.activity_key`,
  course_components: sql`coalesce(li.component_id, cr.component_id)`,
  courses: courseOfResult,
};

/** The results currently affected by rows with these ids. */
const shaped = (column: RawBuilder<unknown>, ids: TempTable): RawBuilder<unknown> => sql`
    select r.sourced_id from timeback.assessment_results r
    ${courseJoins}
    where ${column} in (select sourced_id from ${ids})`;

/** Marks the results affected by rows with these ids, and the facts that they may have themselves, as affected. */
async function markShaped(db: Db, results: RawBuilder<unknown>): Promise<void> {
  await sql`insert into ${affectedResults} ${results} on conflict do nothing`.execute(db);
  await markKeysOfResults(db);
}

async function changeUsers(db: Db, ids: TempTable, write: () => Promise<void>): Promise<void> {
  await noteStudentsBefore(db, ids);
  await write();
  if ((await findAffectedStudents(db)) === 0) return;
  await markStudents(db, affectedStudents);
  await moveActors(db, "noted");
  await markStudents(db, affectedStudents);
}

/** Runs `write`, which changes the rows with these ids, and marks everything whose facts that may change as affected. */
async function changing(
  db: Db,
  { name }: SourceTable,
  ids: TempTable,
  rules: FactRules,
  write: () => Promise<void>,
): Promise<void> {
  if (name === "users") return changeUsers(db, ids, write);
  const id = SHAPED_BY[name];
  if (id === null) return write();
  const results = shaped(id, ids);
  await markShaped(db, results);
  await markEventsOfResults(db, rules);
  await write();
  await renewActivities(
    db,
    sql`r.sourced_id in (${results}) or r.sourced_id in (select sourced_id from ${affectedResults})`,
  );
  await markShaped(db, results);
}

/** Lands rows of users or of a reference table; unchanged rows are not written. */
export async function landReferenceRows(
  session: Session,
  rules: FactRules,
  rows: Incoming,
  runId: string,
): Promise<LandedRows> {
  const { db } = session;
  const { table } = rows;
  const read = await stage(session, rows);
  await rows.order.previousCommitted(); // landing results depends on the tables before them
  const rejects = await rejectLongIds(session, runId, rows);
  const changed = await keepChanged(db, table);
  if (changed > 0) await changing(db, table, incoming(table), rules, () => upsert(db, table));
  return { read, changed, ...rejects };
}

/** The rows of a table missing from a full read. */
const vanishedIds = tempTable("vanished_ids", { sourced_id: BYTES, email: BYTES }, ["sourced_id"]);

/** Removes the rows of a table that are not in `seenIds`, since the source no longer has them. Returns their number. */
export async function removeVanished(db: Db, table: SourceTable, rules: FactRules): Promise<number> {
  await openEmpty(db, vanishedIds);
  const { numAffectedRows } = await sql`
    insert into ${vanishedIds} (sourced_id)
    select t.sourced_id from ${landed(table)} t
    where not exists (select from ${seenIds} s where s.sourced_id = t.sourced_id)`.execute(db);
  const vanished = Number(numAffectedRows ?? 0n);
  if (vanished === 0) return 0;
  await changing(db, table, vanishedIds, rules, async () => {
    if (table.name === "resources") await keepRemovedXp(db, vanishedIds);
    await sql`delete from ${landed(table)} t using ${vanishedIds} v where v.sourced_id = t.sourced_id`.execute(db);
  });
  return vanished;
}
