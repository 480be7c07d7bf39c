import { sql } from "kysely";
import { UnsoundError } from "../errors.js";
import type { Session } from "./session.js";

type Db = Session["db"];

/** @throws UnsoundError unless `rows` were written: a trigger may have taken some away, or another program was quicker. */
export function assertWritten(what: string, rows: number | bigint, expected: number): void {
  if (Number(rows) !== expected) throw new UnsoundError(`${rows} of ${expected} ${what}`);
}

/**
 * The identity of records: what was read is the sum of what became of it, and nothing became less than nothing.
 * @throws UnsoundError with the counts.
 */
export function assertAllCounted(what: string, read: number, outcomes: Readonly<Record<string, number>>): void {
  const counts = Object.entries(outcomes);
  const isSum = counts.reduce((sum, [, count]) => sum + count, 0) === read;
  if (isSum && counts.every(([, count]) => count >= 0)) return;
  throw new UnsoundError(
    `${read} ${what} were read, and this became of them: ${counts.map(([name, n]) => `${n} ${name}`).join(", ")}`,
  );
}

/**
 * What must hold of the facts in `pg_temp.fact_differences` before they are written: each has sources, its own record first;
 * no source is in two of them; and where a record is new in a fact, no fact of its own stays. What another system wrote is
 * left alone: only what this derivation would bring about counts.
 * @throws UnsoundError naming a fact.
 */
export async function assertSound(db: Db): Promise<void> {
  const { rows } = await sql<{ fault: string; fact: string; source: string | null }>`
    with written as (select * from pg_temp.fact_differences where not gone),
    linked as (
      select w.student_id, w.fact_key, source from written w cross join unnest(w.sources) as source
      where cardinality(w.sources) > 1 and source <> w.fact_key)
    select 'has no source of its own' as fault, fact_key as fact, null as source from written
    where sources[1] is distinct from fact_key
    union all
    select 'and another fact count one record', min(fact_key), source
    from (select fact_key, source from linked union all select fact_key, fact_key from written) s
    group by source having count(*) > 1
    union all
    select 'counts a record that still has a fact of its own', l.fact_key, l.source
    from linked l
    join timeback.processed_facts alone on alone.student_id = l.student_id and alone.fact_key = l.source
    left join timeback.processed_facts before on before.student_id = l.student_id and before.fact_key = l.fact_key
    where not coalesce(l.source = any(before.sources), false)
      and not exists (select from pg_temp.fact_differences g
        where g.gone and g.student_id = l.student_id and g.fact_key = l.source)
    limit 1`.execute(db);
  const [found] = rows;
  if (found) throw new UnsoundError(`the fact ${found.fact} ${found.fault}${found.source ? ` (${found.source})` : ""}`);
}
