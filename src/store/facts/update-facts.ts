import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { both } from "../../flow/both.js";
import { ifAllNew } from "../engine/savepoint.js";
import type { Db, Session } from "../engine/session.js";
import { listLanded, whatIsTouched } from "./affected.js";
import { standingOf, studentsToCompare, unlikeFacts } from "./compare-facts.js";
import { isPlanned, keepFactsBefore } from "./dry-run.js";
import { columnsOf, FACT_COLUMNS, factsDiffer, VALUE_COLUMNS } from "./fact-columns.js";
import { type DeriveScope, derivedFacts, type TouchedScope } from "./fact-query.js";
import {
  assertEachSourceOnce,
  assertFaultless,
  assertSound,
  assertWritten,
  type Fault,
  faultsOf,
} from "./invariants.js";
import { gatherLinkPairs, gatherLinks } from "./links.js";
import { counted, openCounters, readCounters } from "./row-counters.js";
import { noteCountsStale } from "./stale-calibration.js";
import { HALVES, type StudentPart, type Students } from "./student-selection.js";

/** Rows of `processed_facts` that a derivation wrote. */
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

const isUnlike = factsDiffer("f", "excluded");

/** What stands under the key of a fact is replaced, where it is another one. */
const replacing = (isReplaced = isUnlike): RawBuilder<unknown> => sql`
  on conflict (student_id, fact_key) do update
  set ${assigned("excluded.")}, updated_at = greatest(statement_timestamp(), f.created_at + interval '1 microsecond')
  where ${isReplaced}
  returning f.created_at = f.updated_at as inserted`;

const assigned = (from: string): RawBuilder<unknown> =>
  sql.join(VALUE_COLUMNS.map((column) => sql`${sql.ref(column)} = ${sql.ref(`${from}${column}`)}`));

async function insertNew(db: Db, withs: RawBuilder<unknown>, source: RawBuilder<unknown>): Promise<FactChanges> {
  const inserted = await ifAllNew(db, () => sql`${withs} ${insertFacts(source)}`.execute(db));
  if (inserted !== null) return { ...NO_CHANGES, inserted: Number(inserted.numAffectedRows ?? 0n) };
  const { rows } = await sql<{ inserted: boolean }>`${withs} ${insertFacts(source)} ${replacing()}`.execute(db);
  const isNew = rows.filter((row) => row.inserted).length;
  return { inserted: isNew, updated: rows.length - isNew, deleted: 0 };
}

/** In the order of their keys: so a page of the index is written once, and not once for each fact. */
const insertNewFacts = (db: Db, rules: FactRules, scope: DeriveScope): Promise<FactChanges> =>
  insertNew(db, sql`with ${derivedFacts(rules, scope)}`, sql`from derived d order by d.student_id, d.fact_key`);

/** The fact that stands under the key in a row of this alias: searched for, however many facts there are. */
const standingUnder = (alias: string): RawBuilder<unknown> => sql`lateral (
  select f.* from timeback.processed_facts f
  where f.student_id = ${sql.ref(`${alias}.student_id`)} and f.fact_key = ${sql.ref(`${alias}.fact_key`)} offset 0)`;

/**
 * Makes the facts of what is touched those that the landed rows call for, in one pass, where none may have to go: each is
 * inserted, or takes the place of the one that stands under its key where the two differ. In the order of their keys, so that
 * they are written in neighbouring places of the index. They pass through and are counted, but are kept nowhere: all of those
 * that do not stand as they should must have been written.
 */
async function writeTouched(db: Db, rules: FactRules, scope: TouchedScope): Promise<FactChanges> {
  await openCounters(db);
  const isUnlikeOrCounted = sql`case when ${isUnlike} then true else ${counted("equal")} is null end`;
  const called = sql`from (
    select d.*, ${counted("called")} from (select * from derived order by student_id, fact_key) d offset 0) d`;
  const { rows } = await sql<{ inserted: string; updated: string } & Fault>`
    with ${derivedFacts(rules, scope)},
    written as (${insertFacts(called)} ${replacing(isUnlikeOrCounted)}, f.student_id, f.fact_key, f.sources)
    select * from (
      select count(*) filter (where inserted) as inserted, count(*) filter (where not inserted) as updated from written) counts
    left join (${faultsOf(sql`written`)}) faults on true`.execute(db);
  const [found] = rows;
  assertFaultless(found);
  const made = { inserted: Number(found?.inserted ?? 0), updated: Number(found?.updated ?? 0), deleted: 0 };
  const passed = await readCounters(db);
  assertWritten("facts were written", made.inserted + made.updated, passed.called - passed.equal);
  return made;
}

/** Of what is touched: in the order of their keys, so that they are found, and written, in neighbouring places of the index. */
const touchedDifferences = (rules: FactRules, scope: TouchedScope): RawBuilder<unknown> => sql`
  with ${derivedFacts(rules, scope)}
  select ${columnsOf("d.", FACT_COLUMNS)}, s.fact_key is not null as stands, false as gone
  from (select * from derived order by student_id, fact_key offset 0) d
  left join ${standingUnder("d")} s on true
  where s.fact_key is null or ${factsDiffer("s", "d")}
  union all
  select ${columnsOf("s.", FACT_COLUMNS)}, true, true
  from pg_temp.touched_keys k cross join ${standingUnder("k")} s
  left join derived d on d.student_id = s.student_id and d.fact_key = s.fact_key
  where d.fact_key is null`;

const differencesOf = (rules: FactRules, students: Students): RawBuilder<unknown> => sql`
  with ${unlikeFacts(rules, students)}
  select ${columnsOf("u.", FACT_COLUMNS)}, u.standing_key is not null as stands, false as gone
  from unlike u where u.fact_key is not null
  union all
  select ${columnsOf("s.", FACT_COLUMNS)}, true, true
  from unlike u cross join ${standingOf} s where u.fact_key is null`;

/**
 * Makes `pg_temp.fact_differences`: the facts that what is landed calls for where they differ from those that stand or
 * are new (then `stands` is false), and the facts in scope that stand and are no longer called for (`gone`).
 * `pg_temp.link_pairs` must hold the candidates of what is touched; of students `pg_temp.links` the links.
 */
async function listDifferences(db: Db, differences: RawBuilder<unknown>): Promise<void> {
  await sql`drop table if exists pg_temp.fact_differences`.execute(db);
  await sql`create temp table fact_differences as ${differences}`.execute(db);
}

async function countDifferences(db: Db): Promise<FactChanges> {
  const { rows } = await sql<Record<keyof FactChanges, string>>`
    select count(*) filter (where not stands) as inserted, count(*) filter (where stands and not gone) as updated,
      count(*) filter (where gone) as deleted from pg_temp.fact_differences`.execute(db);
  const [counts] = rows;
  return {
    inserted: Number(counts?.inserted ?? 0),
    updated: Number(counts?.updated ?? 0),
    deleted: Number(counts?.deleted ?? 0),
  };
}

/** Makes the facts in scope those that `pg_temp.fact_differences` calls for. */
async function writeDifferences(db: Db): Promise<FactChanges> {
  const counts = await countDifferences(db);
  await assertSound(db);
  if (counts.inserted > 0) {
    const made = await insertNew(db, sql``, sql`from pg_temp.fact_differences d where not d.stands`);
    assertWritten("facts were inserted", made.inserted + made.updated, counts.inserted);
  }
  if (counts.updated > 0) {
    const { numAffectedRows } = await sql`
      update timeback.processed_facts f
      set ${assigned("d.")}, updated_at = greatest(statement_timestamp(), f.created_at + interval '1 microsecond')
      from pg_temp.fact_differences d
      where d.stands and not d.gone and f.student_id = d.student_id and f.fact_key = d.fact_key`.execute(db);
    assertWritten("facts were updated", numAffectedRows ?? 0n, counts.updated);
  }
  if (counts.deleted > 0) {
    const { numAffectedRows } = await sql`
      delete from timeback.processed_facts f using pg_temp.fact_differences d
      where d.gone and f.student_id = d.student_id and f.fact_key = d.fact_key`.execute(db);
    assertWritten("facts were deleted", numAffectedRows ?? 0n, counts.deleted);
  }
  return counts;
}

/** Makes the facts those of `pg_temp.fact_differences`; where a plan is made, it is told. */
async function settle(db: Db): Promise<FactChanges> {
  if (await isPlanned(db)) await keepFactsBefore(db);
  return writeDifferences(db);
}

/**
 * Makes the facts of what is touched (affected.ts) those that the landed rows call for, writing only rows that differ.
 * A second run writes nothing. Facts that are no longer called for are deleted.
 */
export async function deriveTouched(db: Db, rules: FactRules): Promise<FactChanges> {
  let touched = await whatIsTouched(db);
  if (!touched.anything) return NO_CHANGES;
  await noteCountsStale(db, "touched");
  if (touched.landed) {
    if (touched.landedAlone && !(await isPlanned(db))) return insertNewFacts(db, rules, touched.landed);
    await listLanded(db);
    touched = await whatIsTouched(db);
  }
  const isPaired = await gatherLinkPairs(db, rules, touched);
  const scope = { many: touched.many };
  if (!touched.keys && !(await isPlanned(db)))
    return isPaired || touched.factsOrResults ? writeTouched(db, rules, scope) : insertNewFacts(db, rules, scope);
  await listDifferences(db, touchedDifferences(rules, scope));
  return settle(db);
}

async function listPart(db: Db, rules: FactRules, part: StudentPart): Promise<void> {
  await gatherLinks(db, rules, part);
  await listDifferences(db, differencesOf(rules, await studentsToCompare(db, rules, part)));
}

/**
 * As `deriveTouched`, of everything landed. `beside` is a second connection that sees the same landed rows: it looks at
 * half of the students.
 */
export async function deriveAll(session: Session, rules: FactRules, beside: Session | null): Promise<FactChanges> {
  await noteCountsStale(session.db, "all");
  if (beside === null) await listPart(session.db, rules, "all");
  else {
    await both(listPart(session.db, rules, HALVES[0]), listPart(beside.db, rules, HALVES[1]));
    const columns = [...FACT_COLUMNS, "stands", "gone"];
    const differences = beside.copyOut(`select ${columns.join(", ")} from pg_temp.fact_differences`);
    await session.copyIn("pg_temp.fact_differences", columns, differences);
  }
  const made = await settle(session.db);
  if (made.inserted + made.updated > 0) await assertEachSourceOnce(session.db);
  return made;
}
