import { type RawBuilder, sql } from "kysely";
import type { FindingKind } from "../../../domain/findings/finding.js";
import { pagesOf } from "../../engine/cursor.js";
import type { Db } from "../../engine/session.js";
import { isoInstant } from "../../engine/sql-time.js";
import { FACT_COLUMNS } from "../../facts/fact-columns.js";
import type { AstrayState } from "./lost-sources.js";

/** A fact of one side of a family; XP as exact decimal text. */
export interface FamilyFact {
  factKey: string;
  xp: string | null;
  at: string;
  sources: string[];
}

/** A column in which the fact that stands differs from the one that is called for. */
export interface ColumnDifference {
  column: string;
  stands: string | null;
  called: string | null;
  numeric: boolean;
}

/** Facts about the same sources of which what stands differs from what is called for. Amounts are exact decimal text. */
export interface FamilyRow {
  kind: Extract<FindingKind, "double-counted" | "orphan-fact" | "missing-fact" | "stale-fact">;
  studentId: string;
  email: string | null;
  date: string;
  app: string | null;
  counted: string;
  truth: string;
  inflation: string;
  stands: FamilyFact[];
  called: FamilyFact[];
  differences: ColumnDifference[];
  astray: { source: string; state: AstrayState }[];
  elsewhere: { studentId: string; factKey: string; xp: string }[];
}

const memberList = (stands: boolean, table: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  coalesce((select jsonb_agg(jsonb_build_object('factKey', m.fact_key, 'xp', m.xp::text, 'at', ${isoInstant(sql`m.occurred_at`)},
      'sources', t.sources) order by m.fact_key)
    from pg_temp.family_members m join ${table} t on t.student_id = m.student_id and t.fact_key = m.fact_key
    where m.student_id = f.student_id and m.family = f.family and m.stands = ${sql.lit(stands)}), '[]')`;

const shown = (alias: string): RawBuilder<unknown> =>
  sql`jsonb_each(to_jsonb(${sql.ref(alias)}) || jsonb_build_object('occurred_at', ${isoInstant(sql.ref(`${alias}.occurred_at`))}))`;

/** Of the standing fact that the finding is about, and the called-for fact that it is compared with. */
const differences = sql`
  coalesce((select jsonb_agg(jsonb_build_object('column', one.key, 'stands', one.value #>> '{}', 'called', other.value #>> '{}',
      'numeric', 'number' in (jsonb_typeof(one.value), jsonb_typeof(other.value)))
      order by array_position(${[...FACT_COLUMNS]}::text[], one.key))
    from ${shown("s")} one join ${shown("d")} other on other.key = one.key
    where one.value <> other.value), '[]')`;

const astrayList = sql`
  (select jsonb_agg(jsonb_build_object('source', a.source, 'state', a.state) order by a.source)
    from pg_temp.astray_sources a where a.student_id = f.student_id and a.family = f.family)`;

const elsewhereList = sql`
  (select jsonb_agg(jsonb_build_object('studentId', e.other_student, 'factKey', e.fact_key, 'xp', e.xp::text)
      order by e.other_student, e.fact_key)
    from pg_temp.elsewhere_facts e where e.student_id = f.student_id and e.family = f.family)`;

/**
 * Fills `pg_temp.family_kinds` (`student_id`, `family`, `kind`, `counted`, `truth`), what each family is: `double-counted`
 * with two facts with XP (or one, where another student's fact with XP names its source too), else `missing-fact` where
 * nothing stands, `orphan-fact` where all its sources are gone, and `stale-fact`. Needs `gatherFamilies` and `gatherAstray`.
 */
export async function judgeFamilies(db: Db): Promise<void> {
  await sql`
    create temp table family_kinds as
    with family as (
      select student_id, family, bool_or(stands) as any_stands, count(*) filter (where stands and coalesce(xp, 0) <> 0) as paying,
        coalesce(sum(xp) filter (where stands), 0) as counted, coalesce(sum(xp) filter (where not stands), 0) as truth
      from pg_temp.family_members group by 1, 2),
    gone as (
      select student_id, family, bool_and(gone) as gone from pg_temp.astray_sources group by 1, 2)
    select f.student_id, f.family, f.counted, f.truth, case
        when f.paying >= 2 then 'double-counted'
        when not f.any_stands then 'missing-fact'
        when g.gone then 'orphan-fact'
        when f.paying = 1 and exists (
          select from pg_temp.elsewhere_facts e where e.student_id = f.student_id and e.family = f.family) then 'double-counted'
        else 'stale-fact' end as kind
    from family f left join gone g on g.student_id = f.student_id and g.family = f.family`.execute(db);
  await sql`analyze pg_temp.family_kinds`.execute(db);
}

/** Every family with its facts, by student, then instant and key. Needs `judgeFamilies`. */
export const listFamilies = (db: Db): AsyncGenerator<FamilyRow[]> =>
  pagesOf(
    db,
    sql<FamilyRow>`
    with about as (
      select distinct on (m.student_id, m.family) m.* from pg_temp.family_members m
      left join pg_temp.derived_facts d on d.student_id = m.student_id and d.fact_key = m.fact_key
      where m.stands order by m.student_id, m.family, d.fact_key is not null desc, m.occurred_at, m.fact_key),
    compared as (
      select distinct on (m.student_id, m.family) m.* from pg_temp.family_members m
      left join about a on a.student_id = m.student_id and a.family = m.family
      where not m.stands order by m.student_id, m.family, m.fact_key = a.fact_key desc nulls last, m.occurred_at, m.fact_key)
    select f.kind, f.student_id as "studentId", coalesce(s.email, d.email) as email,
      to_char(coalesce(s.date, d.date), 'YYYY-MM-DD') as date, coalesce(s.app, d.app) as app,
      f.counted::text, f.truth::text, (f.counted - f.truth)::text as inflation,
      ${memberList(true, sql`timeback.processed_facts`)} as stands, ${memberList(false, sql`pg_temp.derived_facts`)} as called,
      case when s.fact_key is null or d.fact_key is null or f.kind <> 'stale-fact' then '[]' else ${differences} end as differences,
      coalesce(${astrayList}, '[]') as astray, coalesce(${elsewhereList}, '[]') as elsewhere
    from pg_temp.family_kinds f
    left join about a on a.student_id = f.student_id and a.family = f.family
    left join compared c on c.student_id = f.student_id and c.family = f.family
    left join timeback.processed_facts s on s.student_id = a.student_id and s.fact_key = a.fact_key
    left join pg_temp.derived_facts d on d.student_id = c.student_id and d.fact_key = c.fact_key
    order by f.student_id, coalesce(s.occurred_at, d.occurred_at), coalesce(s.fact_key, d.fact_key)`,
  );
