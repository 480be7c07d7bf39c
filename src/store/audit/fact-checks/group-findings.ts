import { type RawBuilder, sql } from "kysely";
import type { FindingKind } from "../../../domain/findings/finding.js";
import { pagesOf } from "../../engine/cursor.js";
import type { Db } from "../../engine/session.js";
import { isoDay, isoInstant } from "../../engine/sql-time.js";
import { BYTES, tempTable } from "../../engine/temp-table.js";
import { FACT_COLUMNS } from "../../facts/fact-columns.js";
import { expectedOfDiffering, groupMembers } from "./fact-groups.js";
import { elsewhereFacts, lostSources, type SourceState } from "./lost-sources.js";

/** A stored or expected fact of a group; XP as exact decimal text. */
export interface GroupFact {
  factKey: string;
  xp: string | null;
  at: string;
  sources: string[];
}

/** A column in which the stored fact differs from the expected one. */
export interface ColumnDifference {
  column: string;
  stored: string | null;
  expected: string | null;
  numeric: boolean;
}

/** Facts with the same sources, whose stored and expected sides differ. Amounts are exact decimal text. */
export interface FactGroup {
  kind: Extract<FindingKind, "double-counted" | "orphan-fact" | "missing-fact" | "stale-fact">;
  studentId: string;
  email: string | null;
  date: string;
  app: string | null;
  counted: string;
  truth: string;
  inflation: string;
  stored: GroupFact[];
  expected: GroupFact[];
  differences: ColumnDifference[];
  lost: { source: string; state: SourceState }[];
  elsewhere: { studentId: string; factKey: string; xp: string }[];
}

const memberList = (stored: boolean, table: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  coalesce((select jsonb_agg(jsonb_build_object('factKey', m.fact_key, 'xp', m.xp::text, 'at', ${isoInstant(sql`m.occurred_at`)},
      'sources', t.sources) order by m.fact_key)
    from ${groupMembers} m join ${table} t on t.student_id = m.student_id and t.fact_key = m.fact_key
    where m.student_id = f.student_id and m.fact_group = f.fact_group and m.stored = ${sql.lit(stored)}), '[]')`;

const shown = (alias: string): RawBuilder<unknown> =>
  sql`jsonb_each(to_jsonb(${sql.ref(alias)}) || jsonb_build_object('occurred_at', ${isoInstant(sql.ref(`${alias}.occurred_at`))}))`;

/** Column differences between the finding's stored fact and the expected fact that it is compared with. */
const differences = sql`
  coalesce((select jsonb_agg(jsonb_build_object('column', one.key, 'stored', one.value #>> '{}', 'expected', other.value #>> '{}',
      'numeric', 'number' in (jsonb_typeof(one.value), jsonb_typeof(other.value)))
      order by array_position(${[...FACT_COLUMNS]}::text[], one.key))
    from ${shown("s")} one join ${shown("d")} other on other.key = one.key
    where one.value <> other.value), '[]')`;

const lostList = sql`
  (select jsonb_agg(jsonb_build_object('source', a.source, 'state', a.state) order by a.source)
    from ${lostSources} a where a.student_id = f.student_id and a.fact_group = f.fact_group)`;

const elsewhereList = sql`
  (select jsonb_agg(jsonb_build_object('studentId', e.other_student, 'factKey', e.fact_key, 'xp', e.xp::text)
      order by e.other_student, e.fact_key)
    from ${elsewhereFacts} e where e.student_id = f.student_id and e.fact_group = f.fact_group)`;

/** The kind of each group, with its counted and expected XP. */
export const groupKinds = tempTable("group_kinds", {
  student_id: BYTES,
  fact_group: BYTES,
  counted: "numeric",
  truth: "numeric",
  kind: "text",
});

/**
 * Fills `groupKinds`: `double-counted` for two stored facts with XP (or one, if another student's fact with XP has the same source),
 * else `missing-fact` if nothing is stored, `orphan-fact` if all its sources are gone, else `stale-fact`.
 */
export async function judgeGroups(db: Db): Promise<void> {
  await groupKinds
    .createFrom(sql`
    with grouped as (
      select student_id, fact_group, bool_or(stored) as any_stored, count(*) filter (where stored and coalesce(xp, 0) <> 0) as paying,
        coalesce(sum(xp) filter (where stored), 0) as counted, coalesce(sum(xp) filter (where not stored), 0) as truth
      from ${groupMembers} group by 1, 2),
    gone as (
      select student_id, fact_group, bool_and(gone) as gone from ${lostSources} group by 1, 2)
    select f.student_id, f.fact_group, f.counted, f.truth, case
        when f.paying >= 2 then 'double-counted'
        when not f.any_stored then 'missing-fact'
        when g.gone then 'orphan-fact'
        when f.paying = 1 and exists (
          select from ${elsewhereFacts} e where e.student_id = f.student_id and e.fact_group = f.fact_group) then 'double-counted'
        else 'stale-fact' end as kind
    from grouped f left join gone g on g.student_id = f.student_id and g.fact_group = f.fact_group`)
    .execute(db);
  await groupKinds.analyze(db);
}

/** Every group of `groupKinds` with its facts, by student, then instant and key. */
export const listGroups = (db: Db): AsyncGenerator<FactGroup[]> =>
  pagesOf(
    db,
    sql<FactGroup>`
    with about as (
      select distinct on (m.student_id, m.fact_group) m.* from ${groupMembers} m
      left join ${expectedOfDiffering} d on d.student_id = m.student_id and d.fact_key = m.fact_key
      where m.stored order by m.student_id, m.fact_group, d.fact_key is not null desc, m.occurred_at, m.fact_key),
    compared as (
      select distinct on (m.student_id, m.fact_group) m.* from ${groupMembers} m
      left join about a on a.student_id = m.student_id and a.fact_group = m.fact_group
      where not m.stored order by m.student_id, m.fact_group, m.fact_key = a.fact_key desc nulls last, m.occurred_at, m.fact_key)
    select f.kind, f.student_id as "studentId", coalesce(s.email, d.email) as email,
      ${isoDay(sql`coalesce(s.date, d.date)`)} as date, coalesce(s.app, d.app) as app,
      f.counted::text, f.truth::text, (f.counted - f.truth)::text as inflation,
      ${memberList(true, sql`timeback.processed_facts`)} as stored, ${memberList(false, sql`${expectedOfDiffering}`)} as expected,
      case when s.fact_key is null or d.fact_key is null or f.kind <> 'stale-fact' then '[]' else ${differences} end as differences,
      coalesce(${lostList}, '[]') as lost, coalesce(${elsewhereList}, '[]') as elsewhere
    from ${groupKinds} f
    left join about a on a.student_id = f.student_id and a.fact_group = f.fact_group
    left join compared c on c.student_id = f.student_id and c.fact_group = f.fact_group
    left join timeback.processed_facts s on s.student_id = a.student_id and s.fact_key = a.fact_key
    left join ${expectedOfDiffering} d on d.student_id = c.student_id and d.fact_key = c.fact_key
    order by f.student_id, coalesce(s.occurred_at, d.occurred_at), coalesce(s.fact_key, d.fact_key)`,
  );
