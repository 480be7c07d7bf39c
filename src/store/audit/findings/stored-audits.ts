import { type RawBuilder, sql } from "kysely";
import type { Verdict } from "../../../domain/findings/finding.js";
import type { AuditTotals } from "../../../domain/findings/listed-finding.js";
import type { StoredAudit } from "../../../domain/findings/stored-audit.js";
import { RULE_VERSION } from "../../../domain/rules/rule-version.js";
import type { Db, Session } from "../../engine/session.js";
import { isoInstant } from "../../engine/sql-time.js";
import { inTransaction } from "../../engine/transactions.js";
import { type LoggedCommand, logRun } from "../../runs/runs.js";
import { CLAIM_COLUMNS, sessionFindings } from "./finding-columns.js";

/** An arbitrary constant other than the lock of writing runs: audits are stored one at a time. Readers and writing runs do not take it. */
const STORE_LOCK = "2288190736351702942";

const claimOf = (table: string): RawBuilder<unknown> =>
  sql`(${sql.join(CLAIM_COLUMNS.map((name) => sql.ref(`${table}.${name}`)))})`;

const isSame = sql`n.student_id = s.student_id and n.id = s.finding_id and ${claimOf("n")} is not distinct from ${claimOf("s")}`;

/** Closes stored findings that the audit no longer has, updates the evidence of those it still has, and adds new ones. */
async function storeFindings(db: Db, number: number): Promise<void> {
  await sql`
    update timeback.findings s set last_audit = ${number - 1}
    where last_audit is null and not exists (select from ${sessionFindings} n where ${isSame})`.execute(db);
  await sql`
    update timeback.findings s set body = n.body from ${sessionFindings} n
    where s.last_audit is null and ${isSame} and s.body <> n.body`.execute(db);
  const columns = sql.join(CLAIM_COLUMNS.map((name) => sql.ref(name)));
  // The stored findings are read once: a table whose statistics say it is empty would be scanned for each row while it grows.
  await sql`
    with stored as materialized (select student_id, finding_id from timeback.findings where last_audit is null)
    insert into timeback.findings (student_id, finding_id, first_audit, ${columns}, body)
    select n.student_id, n.id, ${number}, ${columns}, n.body from ${sessionFindings} n
    where not exists (select from stored s where s.student_id = n.student_id and s.finding_id = n.id)`.execute(db);
}

/** What is stored of an audit besides its findings. */
export interface AuditSummary {
  runId: string;
  /** How long the audit took. */
  seconds: number;
  totals: AuditTotals;
  verdicts: Readonly<Record<Verdict, number>>;
}

/**
 * Stores an audit of all students: `sessionFindings`, its totals, and a line of the run log, atomically. An unchanged finding is not
 * stored again. Waits only for another audit being stored.
 */
export const storeAudit = (session: Session, command: LoggedCommand, summary: AuditSummary): Promise<void> =>
  inTransaction(session, async ({ db }) => {
    const { runId, seconds, totals, verdicts } = summary;
    await sql`select pg_advisory_xact_lock(${STORE_LOCK}::bigint)`.execute(db);
    const { rows } = await sql<{ number: number }>`
      insert into timeback.audit_runs
      select ${runId}::uuid, coalesce(max(number), 0) + 1, clock_timestamp(), ${RULE_VERSION}::text, ${totals.students}::bigint, ${totals.facts}::bigint,
        ${totals.countedXp}::numeric, ${totals.inflationXp}::numeric, ${verdicts.confirmed}::int, ${verdicts.probable}::int, ${verdicts.suspected}::int
      from timeback.audit_runs
      returning number`.execute(db);
    await storeFindings(db, rows[0]?.number ?? 1);
    await logRun(db, { ...command, runId, seconds }, { ...totals, ...verdicts });
  });

const audit = sql`a.run_id::text as "runId", a.number, ${isoInstant(sql`a.finished_at`)} as "finishedAt", a.rule_version as "ruleVersion",
  a.confirmed, a.probable, a.suspected, trim_scale(a.inflation_xp)::text as "inflationXp"`;

/** The stored audits, the newest first; at most `limit`. */
export async function newestAudits(db: Db, limit: number): Promise<StoredAudit[]> {
  const { rows } = await sql<StoredAudit>`
    select ${audit} from timeback.audit_runs a order by number desc limit ${limit}::int`.execute(db);
  return rows;
}

/** The stored audits whose run id has this prefix; two at most. */
export async function auditsNamed(db: Db, runId: string): Promise<StoredAudit[]> {
  const { rows } = await sql<StoredAudit>`
    select ${audit} from timeback.audit_runs a where starts_with(a.run_id::text, lower(${runId})) order by number limit 2`.execute(
    db,
  );
  return rows;
}

/** The stored audits with these numbers. */
export async function auditsNumbered(db: Db, numbers: readonly number[]): Promise<StoredAudit[]> {
  const { rows } = await sql<StoredAudit>`
    select ${audit} from timeback.audit_runs a where number = any(${[...numbers]}::int[]) order by number`.execute(db);
  return rows;
}
