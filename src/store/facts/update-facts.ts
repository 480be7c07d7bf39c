import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { both } from "../../flow/both.js";
import { columnsOf } from "../engine/column-list.js";
import { ifAllNew } from "../engine/savepoint.js";
import type { Db, Session } from "../engine/session.js";
import { listLanded, whatIsAffected } from "./affected.js";
import { studentsToCompare } from "./compare-facts.js";
import { isPlanned, keepFactsBefore } from "./dry-run.js";
import { FACT_COLUMNS, factsDiffer, VALUE_COLUMNS } from "./fact-columns.js";
import {
  affectedDifferences,
  countDifferences,
  differencesOf,
  factDifferences,
  listDifferences,
} from "./fact-differences.js";
import { type DeriveScope, derivedFacts } from "./fact-query.js";
import { assertEachSourceOnce, assertSound, assertWritten } from "./invariants.js";
import { gatherLinkPairs, gatherLinks } from "./links.js";
import { noteCountsStale } from "./stale-calibration.js";
import { HALVES, type StudentPart } from "./student-selection.js";

/** Numbers of rows of `processed_facts` that a derivation wrote. */
export interface FactChanges {
  inserted: number;
  updated: number;
  deleted: number;
}

const NO_CHANGES: FactChanges = { inserted: 0, updated: 0, deleted: 0 };

/** Facts from `source` (a `from` clause over the alias `d`) as new rows. */
const insertFacts = (source: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  insert into timeback.processed_facts as f (${columnsOf("", FACT_COLUMNS)}, created_at, updated_at)
  select ${columnsOf("d.", FACT_COLUMNS)}, statement_timestamp(), statement_timestamp() ${source}`;

const assigned = (from: string): RawBuilder<unknown> =>
  sql.join(VALUE_COLUMNS.map((column) => sql`${sql.ref(column)} = ${sql.ref(`${from}${column}`)}`));

/** Replaces the stored fact with the same key if it differs. */
const replacing = sql`
  on conflict (student_id, fact_key) do update
  set ${assigned("excluded.")}, updated_at = greatest(statement_timestamp(), f.created_at + interval '1 microsecond')
  where ${factsDiffer("f", "excluded")}
  returning f.created_at = f.updated_at as inserted`;

async function insertNew(db: Db, withs: RawBuilder<unknown>, source: RawBuilder<unknown>): Promise<FactChanges> {
  const inserted = await ifAllNew(db, () => sql`${withs} ${insertFacts(source)}`.execute(db));
  if (inserted !== null) return { ...NO_CHANGES, inserted: Number(inserted.numAffectedRows ?? 0n) };
  const { rows } = await sql<{ inserted: boolean }>`${withs} ${insertFacts(source)} ${replacing}`.execute(db);
  const isNew = rows.filter((row) => row.inserted).length;
  return { inserted: isNew, updated: rows.length - isNew, deleted: 0 };
}

/** In key order, so that a page of the index is written once, not once per fact. */
const insertNewFacts = (db: Db, rules: FactRules, scope: DeriveScope): Promise<FactChanges> =>
  insertNew(db, sql`with ${derivedFacts(rules, scope)}`, sql`from derived d order by d.student_id, d.fact_key`);

/** Writes the facts of `factDifferences`. */
async function writeDifferences(db: Db): Promise<FactChanges> {
  const counts = await countDifferences(db);
  await assertSound(db);
  if (counts.inserted > 0) {
    const made = await insertNew(db, sql``, sql`from ${factDifferences} d where not d.stored`);
    assertWritten("facts were inserted", made.inserted + made.updated, counts.inserted);
  }
  if (counts.updated > 0) {
    const { numAffectedRows } = await sql`
      update timeback.processed_facts f
      set ${assigned("d.")}, updated_at = greatest(statement_timestamp(), f.created_at + interval '1 microsecond')
      from ${factDifferences} d
      where d.stored and not d.gone and f.student_id = d.student_id and f.fact_key = d.fact_key`.execute(db);
    assertWritten("facts were updated", numAffectedRows ?? 0n, counts.updated);
  }
  if (counts.deleted > 0) {
    const { numAffectedRows } = await sql`
      delete from timeback.processed_facts f using ${factDifferences} d
      where d.gone and f.student_id = d.student_id and f.fact_key = d.fact_key`.execute(db);
    assertWritten("facts were deleted", numAffectedRows ?? 0n, counts.deleted);
  }
  return counts;
}

/** Writes the facts of `factDifferences`; a dry run first copies the previous ones. */
async function settle(db: Db): Promise<FactChanges> {
  if (await isPlanned(db)) await keepFactsBefore(db);
  return writeDifferences(db);
}

/**
 * Derives the facts of affected rows (affected.ts) and writes only those that differ, so it is idempotent. Facts no longer expected
 * are deleted.
 */
export async function deriveAffected(db: Db, rules: FactRules): Promise<FactChanges> {
  let affected = await whatIsAffected(db);
  if (!affected.anything) return NO_CHANGES;
  await noteCountsStale(db, "affected");
  if (affected.landed) {
    if (affected.landedAlone && !(await isPlanned(db))) return insertNewFacts(db, rules, affected.landed);
    await listLanded(db);
    affected = await whatIsAffected(db);
  }
  const isPaired = await gatherLinkPairs(db, rules, affected);
  const scope = { many: affected.many };
  const isNew = !affected.keys && !isPaired && !affected.factsOrResults;
  if (isNew && !(await isPlanned(db))) return insertNewFacts(db, rules, scope);
  await listDifferences(db, affectedDifferences(rules, scope));
  return settle(db);
}

async function listPart(db: Db, rules: FactRules, part: StudentPart): Promise<void> {
  await gatherLinks(db, rules, part);
  await listDifferences(db, differencesOf(rules, await studentsToCompare(db, rules, part)));
}

/**
 * As `deriveAffected`, for all landed rows. `second`: a second connection with the same snapshot of landed rows, for half of the
 * students.
 */
export async function deriveAll(session: Session, rules: FactRules, second: Session | null): Promise<FactChanges> {
  await noteCountsStale(session.db, "all");
  if (second === null) await listPart(session.db, rules, "all");
  else {
    await both(listPart(session.db, rules, HALVES[0]), listPart(second.db, rules, HALVES[1]));
    await factDifferences.addFrom(session, second);
  }
  const made = await settle(session.db);
  if (made.inserted + made.updated > 0) await assertEachSourceOnce(session.db);
  return made;
}
