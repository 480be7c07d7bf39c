import { type RawBuilder, sql } from "kysely";
import { FINDING_KINDS, VERDICTS } from "../../../domain/findings/finding.js";
import type { ListedFinding } from "../../../domain/findings/listed-finding.js";
import type { ComparedFinding, FindingState, StoredFinding } from "../../../domain/findings/stored-audit.js";
import { pagesOf } from "../../engine/cursor.js";
import type { Db } from "../../engine/session.js";
import { listedFinding } from "./finding-columns.js";
import { auditsNumbered, newestAudits } from "./stored-audits.js";

const listed = listedFinding("s", "finding_id");

/** The findings of an audit. */
const of = (number: number): RawBuilder<unknown> => sql`(
  select * from timeback.findings where first_audit <= ${number}::int and (last_audit is null or last_audit >= ${number}::int))`;

const rank = (column: string, names: readonly string[]): RawBuilder<unknown> =>
  sql`array_position(${[...names]}::text[], ${sql.ref(column)})`;

/** Every finding of either audit, as both have it. */
const compared = (former: number, later: number): RawBuilder<unknown> => sql`
  select ${listed}, case when f.finding_id is null then 'new' when l.finding_id is null then 'fixed' else 'open' end as state,
    f.verdict as "formerVerdict", trim_scale(f.inflation)::text as "formerInflation"
  from ${of(former)} f
  full join ${of(later)} l on l.student_id = f.student_id and l.finding_id = f.finding_id
  join timeback.findings s on s.student_id = coalesce(l.student_id, f.student_id)
    and s.finding_id = coalesce(l.finding_id, f.finding_id) and s.first_audit = coalesce(l.first_audit, f.first_audit)`;

/** The findings of two audits: new, fixed, still open; each the surest and worst first. */
export const compareFindings = (db: Db, former: number, later: number): AsyncGenerator<ComparedFinding[]> =>
  pagesOf(
    db,
    sql<ComparedFinding>`
    select * from (${compared(former, later)}) c
    order by ${rank("c.state", ["new", "fixed", "open"])}, ${rank("c.verdict", VERDICTS)}, abs(c.inflation::numeric) desc,
      ${rank("c.kind", FINDING_KINDS)}, c.date nulls last, c."studentId" collate "C", c.id collate "C"`,
  );

/** Number of findings of one state, by current and former verdict. */
export interface StateCount {
  state: FindingState;
  verdict: ListedFinding["verdict"];
  formerVerdict: ListedFinding["verdict"] | null;
  findings: number;
}

/** How many findings of two audits are new, fixed and still open. */
export async function countCompared(db: Db, former: number, later: number): Promise<StateCount[]> {
  const { rows } = await sql<StateCount>`
    select state, verdict, "formerVerdict", count(*)::int as findings from (${compared(former, later)}) c
    group by 1, 2, 3 order by 1, 2, 3`.execute(db);
  return rows;
}

/** The stored findings whose id has this prefix, each in its latest version; two at most. */
export async function findingsNamed(db: Db, id: string): Promise<StoredFinding[]> {
  const { rows } = await sql<ListedFinding & { first: number; last: number | null }>`
    select distinct on (s.finding_id, s.student_id) ${listed}, s.last_audit as last,
      min(s.first_audit) over (partition by s.student_id, s.finding_id) as first
    from timeback.findings s where s.finding_id >= ${id} and starts_with(s.finding_id, ${id})
    order by s.finding_id, s.student_id, s.first_audit desc limit 2`.execute(db);
  const [newest] = await newestAudits(db, 1);
  const numbers = rows.flatMap(({ first, last }) => [first, last ?? newest?.number ?? first]);
  const audits = new Map((await auditsNumbered(db, numbers)).map((audit) => [audit.number, audit]));
  return rows.flatMap(({ first, last, ...finding }) => {
    const [firstAudit, lastAudit] = [audits.get(first), audits.get(last ?? newest?.number ?? first)];
    return firstAudit && lastAudit ? [{ ...finding, firstAudit, lastAudit, isOpen: last === null }] : [];
  });
}
