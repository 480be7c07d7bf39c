import { sql } from "kysely";
import { LONGEST_KEY_BYTES } from "../domain/key-text.js";
import type { LaneOrder } from "../domain/lanes.js";
import { assertAllCounted } from "./assertions.js";
import { ifAllNew } from "./attempt.js";
import type { FactRules } from "./linking.js";
import { type IncomingPage, stagePage } from "./reference-landing.js";
import { keepRejects, type Reject } from "./rejects.js";
import {
  type Counted,
  countStaged,
  findChanged,
  insertNew,
  keepHistory,
  openChanged,
  touchChanged,
  updateChanged,
} from "./results-writes.js";
import type { Session } from "./session.js";
import { analyzeGrown } from "./statistics.js";
import { touchEventsOfResults } from "./touched.js";

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

const TOO_LONG = `sourced_id or student_sourced_id has more than ${LONGEST_KEY_BYTES} bytes`;

/** Takes rows without student, line item or score date, or with ids that no index holds, out of the staging table and into quarantine. */
async function rejectIncomplete(
  session: Session,
  runId: string,
  schema: string,
): Promise<{ rejected: number; newRejects: number }> {
  const { rows } = await sql<{ sourced_id: string; metadata: string | null; wanting: string }>`
    delete from pg_temp.incoming_assessment_results
    where student_id is null or line_item_id is null or score_date is null
      or octet_length(student_id) > ${LONGEST_KEY_BYTES} or octet_length(sourced_id) > ${LONGEST_KEY_BYTES}
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
      code: wanting === "" ? "text-too-long" : "incomplete-result",
      reason: wanting === "" ? TOO_LONG : `result ${sourced_id} has no ${wanting}`,
      excerpt: sourced_id.slice(0, 200),
      record: metadata,
    }),
  );
  return { rejected: rejects.length, newRejects: await keepRejects(session, runId, rejects) };
}

/** Changes the results in `changed_results`, with their history, and touches every fact that they may change: before and after. */
async function changeLanded(db: Db, rules: FactRules, change: () => Promise<unknown>): Promise<void> {
  await sql`analyze pg_temp.changed_results`.execute(db);
  await touchChanged(db);
  await touchEventsOfResults(db, rules);
  await keepHistory(db);
  await change();
}

/** Lands what is staged, and counts that and what of it changed. What is expected only decides what is tried first. */
async function landStaged(
  db: Db,
  rules: FactRules,
  expectNew: boolean,
  order: LaneOrder,
): Promise<{ staged: Counted; changed: number }> {
  await openChanged(db);
  await order.mayInsert();
  const staged = await countStaged(db);
  const allNew = expectNew ? await ifAllNew(db, () => insertNew(db)) : null;
  await order.alone();
  if (allNew) return { staged, changed: allNew.counting };
  const changed = await findChanged(db);
  if (changed.rows > 0) await changeLanded(db, rules, () => updateChanged(db));
  const fresh = await insertNew(db);
  return { staged, changed: fresh.counting + changed.counting };
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
  const { staged, changed } = await landStaged(db, rules, expectNew, incoming.order);
  await analyzeGrown(db, [
    "assessment_results",
    "assessment_line_items",
    "component_resources",
    "caliper_events",
    "caliper_actors",
  ]);
  const { rejected, newRejects } = rejects;
  const outcomes = {
    changed,
    unchanged: staged.counting - changed,
    rejected,
    testUsers: staged.rows - staged.counting,
  };
  assertAllCounted("results", read, outcomes);
  return { read, ...outcomes, newRejects };
}

/** Marks the results that the source no longer has (`pg_temp.seen_ids` names those it has). Returns their number. */
export async function markVanished(db: Db, rules: FactRules): Promise<number> {
  await openChanged(db);
  const { numAffectedRows } = await sql`
    insert into pg_temp.changed_results
    select t.sourced_id, true, t.student_id, t.student_id from timeback.assessment_results t
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
