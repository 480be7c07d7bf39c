import { type RawBuilder, sql } from "kysely";
import { UnsoundError } from "../../errors.js";
import type { Db } from "../engine/session.js";
import { factDifferences } from "./fact-differences.js";

/** @throws UnsoundError unless the expected number of rows was written: a trigger or another program may have interfered */
export function assertWritten(what: string, rows: number | bigint, expected: number): void {
  if (Number(rows) !== expected) throw new UnsoundError(`${rows} of ${expected} ${what}`);
}

/** Asserts that the number read is the sum of its outcomes, none of them negative. @throws UnsoundError with the counts */
export function assertAllCounted(what: string, read: number, outcomes: Readonly<Record<string, number>>): void {
  const counts = Object.entries(outcomes);
  const isSum = counts.reduce((sum, [, count]) => sum + count, 0) === read;
  if (isSum && counts.every(([, count]) => count >= 0)) return;
  throw new UnsoundError(
    `${read} ${what} were read, with these outcomes: ${counts.map(([name, n]) => `${n} ${name}`).join(", ")}`,
  );
}

/** A fault of written facts, and the fact concerned; all null if there is none. */
interface Fault {
  fault: string | null;
  fact: string | null;
  source: string | null;
}

/**
 * A fault of the facts (`fact_key`, `sources`) in a relation, if any: each fact must have sources, its own record first, and no
 * source may be in two facts.
 */
const faultsOf = (facts: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    with doubtful as (
      select hashtextextended(source, 0) as hash from ${facts} w cross join unnest(w.sources) as source
      group by 1 having count(*) > 1)
    select 'has no source of its own' as fault, fact_key as fact, null as source from ${facts} w
    where sources[1] is distinct from fact_key
    union all
    select 'and another fact count one record', min(fact_key), source
    from ${facts} w cross join unnest(w.sources) as source
    where exists (select from doubtful) and hashtextextended(source, 0) in (select hash from doubtful)
    group by source having count(*) > 1
    limit 1`;

/** @throws UnsoundError naming the fact, if there is a fault */
function assertFaultless(found: Fault | undefined): void {
  if (!found?.fault) return;
  throw new UnsoundError(`the fact ${found.fact} ${found.fault}${found.source ? ` (${found.source})` : ""}`);
}

/** Asserts the invariants of the facts in `factDifferences` before they are written. @throws UnsoundError naming a fact */
export async function assertSound(db: Db): Promise<void> {
  const written = sql`(select fact_key, sources from ${factDifferences} where not gone)`;
  assertFaultless((await sql<Fault>`${faultsOf(written)}`.execute(db)).rows[0]);
}

/**
 * Asserts, after all facts were rederived, that no source is in two of them. (At other times rows of another system may be among
 * them, which `audit` reports.)
 * @throws UnsoundError naming a source
 */
export async function assertEachSourceOnce(db: Db): Promise<void> {
  const { rows } = await sql<{ source: string }>`
    select source from timeback.processed_facts f cross join unnest(f.sources) as source
    group by source having count(*) > 1 limit 1`.execute(db);
  if (rows[0]) throw new UnsoundError(`two facts count ${rows[0].source}`);
}
