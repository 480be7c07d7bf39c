import type { FindingKind, Verdict } from "../domain/findings/finding-kind.js";
import type { AuditTotals, ListedFinding } from "../domain/findings/listed-finding.js";
import type { Calibration } from "../domain/rules/calibration.js";
import type { FactRules } from "../domain/rules/fact-rules.js";
import { type Audited, type AuditRequest as AuditWork, audit as makeAudit } from "../pipelines/audit/audit.js";
import { keepCounts } from "../store/audit/calibration/cache.js";
import { listCalibrations } from "../store/audit/calibration/calibrations.js";
import { type FindingFilter, listFindings } from "../store/audit/findings/findings.js";
import { type AuditSummary, storeAudit } from "../store/audit/findings/stored-audits.js";
import { auditTotals, verdictCounts } from "../store/audit/findings/sums.js";
import type { Db, Session, Store } from "../store/engine/session.js";
import { inKeptDraft, withSecondDraft } from "../store/engine/snapshot.js";
import type { FactScope } from "../store/facts/fact-scope.js";
import { factRules } from "../store/runs/settings.js";
import { findStudents } from "./find-students.js";
import { type Invocation, stopOn } from "./invocation.js";

/** Whose facts are audited, and which findings are wanted; null and undefined are no restriction. */
export interface AuditRequest {
  /** The students behind this email. */
  email?: string | null | undefined;
  /** Days of facts, `YYYY-MM-DD` in the stored zone, both inclusive. */
  from?: string | null | undefined;
  to?: string | null | undefined;
  kinds?: readonly FindingKind[] | null | undefined;
  /** By name. */
  apps?: readonly string[] | null | undefined;
  /** Store the findings under this run, to be compared with those of other audits; only without any restriction. */
  saveAs?: string | null | undefined;
  /** Whether it will be asked how far bundling reaches. */
  reach?: boolean | undefined;
}

/** An audit that was made, in the one state of the database that it saw. It holds only while it is lent. */
export interface AuditedDraft {
  db: Db;
  session: Session;
  scope: FactScope;
  filter: FindingFilter;
  /** What was looked for, in words. */
  checked: readonly string[];
  /** How many findings are how sure. */
  verdicts: Readonly<Record<Verdict, number>>;
  /** XP as exact decimal text. */
  totals: AuditTotals;
  /** The findings, a page at a time, the surest and worst first. */
  findings(): AsyncGenerator<ListedFinding[]>;
  /** How the apps that were judged pay. */
  calibrations(): Promise<Calibration[]>;
}

const NO_FILTER: FindingFilter = { kinds: null, apps: null, from: null, to: null };

/**
 * Finds XP that is counted twice or wrongly and lends what it found to `read`, whose answer it returns. Students are judged
 * as among everybody; restrictions choose among the findings. Waits for no run and changes no record and no fact: only
 * what `saveAs` asks for is stored, and counts that the next audit need not count again.
 * @throws UsageError for an unknown email; WorkError
 */
export const audit = <T>(
  store: Store,
  request: AuditRequest,
  invocation: Invocation,
  read: (draft: AuditedDraft) => Promise<T>,
): Promise<T> => {
  const started = Date.now();
  const { apps = null, saveAs = null } = request;
  return inAudit(store, request, invocation, async ({ session, scope, filter, audited }) => {
    const { db } = session;
    const sums = { verdicts: await verdictCounts(db), totals: await auditTotals(db, scope, apps) };
    const answer = await read({
      ...{ db, session, scope, filter, checked: audited.checked, ...sums },
      findings: () => listFindings(db, scope.students ?? "all"),
      calibrations: () => listCalibrations(db),
    });
    return { answer, summary: saveAs && { ...sums, runId: saveAs, seconds: (Date.now() - started) / 1000 } };
  });
};

/** What an audit is made in, and what it made. */
interface MadeAudit {
  session: Session;
  scope: FactScope;
  filter: FindingFilter;
  audited: Audited;
}

/** Does `work` in the draft of an audit; with `alone`, over one connection, so that all its temp tables stand in one session. */
export async function inAudit<T>(
  store: Store,
  { email = null, from = null, to = null, kinds = null, apps = null, reach = false }: AuditRequest,
  invocation: Invocation,
  work: (made: MadeAudit) => Promise<{ answer: T; summary: AuditSummary | null | "" }>,
  { alone = false }: { alone?: boolean } = {},
): Promise<T> {
  return inKeptDraft(store, async (session) => {
    const scope = { students: await findStudents(session.db, email), from, to };
    const filter = { kinds, apps, from, to };
    const { students } = scope;
    const rules = await factRules(session.db, {});
    const make = (second: Session | null) =>
      auditStudents({ session, rules, students, second, keeps: true, reaches: reach }, filter, invocation);
    const audited = await (alone || students ? make(null) : withSecondDraft(store, session, make));
    const { answer, summary } = await work({ session, scope, filter, audited });
    const { toKeep } = audited;
    if (!toKeep && !summary) return { answer, keep: null };
    return { answer, keep: (after) => keepAudit(after, { summary: summary || null, toKeep }, invocation) };
  });
}

/** Audits these students in a draft, and leaves the findings in its list. Checks for a requested stop between two checks. */
function auditStudents(work: AuditWork, filter: FindingFilter, invocation: Invocation): Promise<Audited> {
  const stop = stopOn(invocation.stop);
  return makeAudit(work, filter, (doing, count) => {
    stop();
    invocation.progress({ doing, count });
  });
}

/** As `auditStudents`, with every finding. */
export async function auditEverything(
  session: Session,
  students: readonly string[] | null,
  invocation: Invocation,
): Promise<FactRules> {
  const rules = await factRules(session.db, {});
  await auditStudents({ session, rules, students }, NO_FILTER, invocation);
  return rules;
}

/** Keeps what an audit counted, and stores its findings, after it has answered. */
async function keepAudit(
  session: Session,
  { summary, toKeep }: { summary: AuditSummary | null; toKeep: Audited["toKeep"] },
  { caller }: Invocation,
): Promise<void> {
  if (toKeep) await keepCounts(session, toKeep.state, toKeep.totals);
  if (summary) await storeAudit(session, { command: "audit", ...caller }, summary);
}
