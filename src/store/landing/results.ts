import { sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { LaneOrder } from "../../flow/ordered-lanes.js";
import { analyzeGrown } from "../engine/analyze.js";
import { ifAllNew } from "../engine/savepoint.js";
import type { Db, Session } from "../engine/session.js";
import { openEmpty } from "../engine/temp-table.js";
import { markEventsOfResults } from "../facts/affected.js";
import { assertAllCounted, assertWritten } from "../facts/invariants.js";
import { linkAffected } from "../facts/links.js";
import { seenIds } from "./full-read.js";
import type { Incoming } from "./reference-tables.js";
import {
  type Counted,
  changedResults,
  countStaged,
  findChanged,
  insertNew,
  keepHistory,
  markChanged,
  updateChanged,
  voidChanged,
} from "./result-statements.js";
import { rejectResults } from "./source-rejects.js";
import { stage } from "./staging.js";

/** Outcomes of results: read = changed + unchanged + rejected + testUsers. */
export interface LandedResults {
  read: number;
  changed: number;
  unchanged: number;
  rejected: number;
  newRejects: number;
  /** Rows of students with isTestUser: landed, but without facts unless the settings include them. */
  testUsers: number;
}

/** Changes the results in `changedResults`, keeps their history, and marks every fact that may change, before and after, as affected. */
async function changeLanded(db: Db, rules: FactRules, change: () => Promise<void>): Promise<void> {
  await changedResults.analyze(db);
  await markChanged(db);
  await markEventsOfResults(db, rules);
  await keepHistory(db);
  await change();
}

/** Lands staged rows; returns the numbers of staged and of changed rows. `expectNew` only chooses which path is tried first. */
async function landStaged(
  db: Db,
  rules: FactRules,
  expectNew: boolean,
  order: LaneOrder,
): Promise<{ staged: Counted; changed: number }> {
  await openEmpty(db, changedResults);
  await order.previousInserted();
  const staged = await countStaged(db);
  const allNew = expectNew ? await ifAllNew(db, () => insertNew(db)) : null;
  if (allNew) {
    assertWritten("results were landed", allNew.rows, staged.rows);
    await linkAffected(db, rules);
  }
  await order.inserted();
  if (allNew) return { staged, changed: allNew.counting };
  const { equal, changed } = await findChanged(db);
  if (changed.rows > 0) await changeLanded(db, rules, () => updateChanged(db, changed.rows));
  const fresh = await insertNew(db);
  assertWritten("results were landed", fresh.rows, staged.rows - equal - changed.rows);
  return { staged, changed: fresh.counting + changed.counting };
}

/** The run that lands results, and whether most are expected to be new, which only decides the path tried first. */
export interface ResultsRun {
  runId: string;
  expectNew: boolean;
}

/** Lands assessment results; unchanged rows are not written. */
export async function landResults(
  session: Session,
  rules: FactRules,
  rows: Incoming,
  { runId, expectNew }: ResultsRun,
): Promise<LandedResults> {
  const { db } = session;
  const read = await stage(session, rows);
  const rejects = await rejectResults(session, runId, rows);
  const { staged, changed } = await landStaged(db, rules, expectNew, rows.order);
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

/** Marks the results that are not in `seenIds` as vanished, since the source no longer has them. Returns their number. */
export async function markVanished(db: Db, rules: FactRules): Promise<number> {
  await openEmpty(db, changedResults);
  const { numAffectedRows } = await sql`
    insert into ${changedResults}
    select t.sourced_id, true, t.student_id, t.student_id from timeback.assessment_results t
    where not t.vanished and not exists (select from ${seenIds} s where s.sourced_id = t.sourced_id)`.execute(db);
  const gone = Number(numAffectedRows ?? 0);
  if (gone > 0) await changeLanded(db, rules, () => voidChanged(db, gone));
  return gone;
}
