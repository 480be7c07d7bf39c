import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { LaneOrder } from "../../flow/ordered-lanes.js";
import type { Db, Session } from "../engine/session.js";
import { renewActivities } from "../facts/activities.js";
import { touchEventsOfResults, touchKeysOfResults, touchStudents } from "../facts/affected.js";
import { findAffectedStudents, moveActors, noteStudentsBefore } from "../facts/students.js";
import type { Page } from "../source/batches.js";
import { pageColumns, type Source } from "../source/inspect.js";
import type { SourceTable } from "../source/tables.js";
import { markSeen } from "./full-read.js";
import { type Rejected, rejectLongIds } from "./source-rejects.js";

/** Rows that were read, and how many of them were new or differed. */
export interface LandedRows extends Rejected {
  read: number;
  changed: number;
}

/** Rows of a source table on their way in, to be landed in one transaction. */
export interface Incoming {
  source: Source;
  table: SourceTable;
  pages: AsyncIterable<Page>;
  /** Whether the run reads everything, and so must remember which ids it saw. */
  full: boolean;
  order: LaneOrder;
}

/** Stages rows in `pg_temp.incoming_<table>`, which has the landed table's columns, and returns their number. */
export async function stage(
  session: Session,
  { source, table, pages, full }: Omit<Incoming, "order">,
): Promise<number> {
  const { db } = session;
  const staging = `incoming_${table.name}`;
  await sql`create temp table if not exists ${sql.ref(staging)} as
    select null::text as read_at, t.* from timeback.${sql.ref(table.name)} t with no data`.execute(db);
  await sql`truncate pg_temp.${sql.ref(staging)}`.execute(db);
  let rows = 0;
  for await (const page of pages) {
    rows += await session.copyIn(`pg_temp.${staging}`, pageColumns(source, table), page.all());
    page.release();
  }
  if (full) await markSeen(db, table);
  return rows;
}

const targetColumns = (source: Source, table: SourceTable): string[] =>
  pageColumns(source, table).filter((column) => column !== "read_at");

/** Keeps in the staging table only the rows that are new or differ from what is landed. */
async function keepChanged(db: Db, table: SourceTable, columns: readonly string[]): Promise<number> {
  const of = (alias: string) => sql.join(columns.map((column) => sql.ref(`${alias}.${column}`)));
  const staging = sql.ref(`incoming_${table.name}`);
  await sql`
    delete from pg_temp.${staging} i using timeback.${sql.ref(table.name)} t
    where t.sourced_id = i.sourced_id and (${of("t")}) is not distinct from (${of("i")})`.execute(db);
  const { rows } = await sql<{ n: string }>`select count(*) as n from pg_temp.${staging}`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

async function upsert(db: Db, table: SourceTable, columns: readonly string[]): Promise<void> {
  const values = columns.filter((column) => column !== "sourced_id");
  await sql`
    insert into timeback.${sql.ref(table.name)} (${sql.join(columns.map((column) => sql.ref(column)))})
    select ${sql.join(columns.map((column) => sql.ref(column)))} from pg_temp.${sql.ref(`incoming_${table.name}`)}
    order by sourced_id
    on conflict (sourced_id) do update
    set ${sql.join(values.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`))}`.execute(db);
}

/** Which results a reference table shapes: how they join to it. */
const REACH: Record<string, RawBuilder<unknown>> = {
  assessment_line_items: sql`r.line_item_id`,
  component_resources: sql`li.component_resource_id`,
  resources: sql`r.activity_key`,
  course_components: sql`coalesce(li.component_id, cr.component_id)`,
  courses: sql`coalesce(r.course_id, li.course_id, cc.course_id)`,
};

/** The results that rows in `pg_temp.<ids>` shape, as they stand now. */
const shaped = (table: SourceTable, ids: string): RawBuilder<unknown> => sql`
    select r.sourced_id from timeback.assessment_results r
    left join timeback.assessment_line_items li on li.sourced_id = r.line_item_id
    left join timeback.component_resources cr on cr.sourced_id = li.component_resource_id
    left join timeback.course_components cc on cc.sourced_id = coalesce(li.component_id, cr.component_id)
    where ${REACH[table.name] ?? sql`null`} in (select sourced_id from ${sql.table(`pg_temp.${ids}`)})`;

/** Touches the results that rows in `pg_temp.<ids>` shape, as they stand now. */
async function touchShaped(db: Db, table: SourceTable, ids: string): Promise<void> {
  await sql`insert into pg_temp.touched_results ${shaped(table, ids)} on conflict do nothing`.execute(db);
  await touchKeysOfResults(db);
}

async function changeUsers(db: Db, ids: string, write: () => Promise<void>): Promise<void> {
  await noteStudentsBefore(db, ids);
  await write();
  if ((await findAffectedStudents(db)) === 0) return;
  await touchStudents(db, "affected_students");
  await moveActors(db, "noted");
  await touchStudents(db, "affected_students");
}

/** Runs `write`, which changes the rows named in `pg_temp.<ids>`, and touches every fact that it may change. */
async function changing(
  db: Db,
  table: SourceTable,
  ids: string,
  rules: FactRules,
  write: () => Promise<void>,
): Promise<void> {
  if (table.name === "users") return changeUsers(db, ids, write);
  await touchShaped(db, table, ids);
  await touchEventsOfResults(db, rules);
  await write();
  await renewActivities(
    db,
    sql`r.sourced_id in (${shaped(table, ids)}) or r.sourced_id in (select sourced_id from pg_temp.touched_results)`,
  );
  await touchShaped(db, table, ids);
}

/** Lands rows of users or of a reference table; unchanged ones are left alone. */
export async function landReferenceRows(
  session: Session,
  rules: FactRules,
  incoming: Incoming,
  runId: string,
): Promise<LandedRows> {
  const { db } = session;
  const { source, table } = incoming;
  const read = await stage(session, incoming);
  await incoming.order.previousCommitted(); // results are landed by what the tables before them say
  const rejects = await rejectLongIds(session, runId, incoming);
  const columns = targetColumns(source, table);
  const changed = await keepChanged(db, table, columns);
  if (changed > 0) await changing(db, table, `incoming_${table.name}`, rules, () => upsert(db, table, columns));
  return { read, changed, ...rejects };
}

/** Removes the rows that the source no longer has (`pg_temp.seen_ids` names those it has). Returns their number. */
export async function removeVanished(db: Db, table: SourceTable, rules: FactRules): Promise<number> {
  await sql`create temp table if not exists vanished_ids (sourced_id text collate "C" primary key, email text collate "C")`.execute(
    db,
  );
  await sql`truncate pg_temp.vanished_ids`.execute(db);
  const { rows } = await sql<{ n: string }>`
    with gone as (
      insert into pg_temp.vanished_ids (sourced_id)
      select t.sourced_id from timeback.${sql.ref(table.name)} t
      where not exists (select from pg_temp.seen_ids s where s.sourced_id = t.sourced_id) returning 1)
    select count(*) as n from gone`.execute(db);
  const gone = Number(rows[0]?.n ?? 0);
  if (gone === 0) return 0;
  await changing(db, table, "vanished_ids", rules, async () => {
    await sql`delete from timeback.${sql.ref(table.name)} t using pg_temp.vanished_ids v where v.sourced_id = t.sourced_id`.execute(
      db,
    );
  });
  return gone;
}
