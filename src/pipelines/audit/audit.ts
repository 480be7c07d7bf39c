import type { FactRules } from "../../domain/rules/fact-rules.js";
import { ResourceLookup } from "../../store/audit/bundling/resources.js";
import { compareFacts } from "../../store/audit/fact-checks/expected-facts.js";
import {
  addFindings,
  analyzeFindings,
  type FindingFilter,
  keepFindings,
  openFindings,
} from "../../store/audit/findings/findings.js";
import { joinAudits } from "../../store/audit/findings/merge-halves.js";
import type { Session } from "../../store/engine/session.js";
import { HALVES, type Students } from "../../store/facts/student-selection.js";
import { auditRulesOf, settingsInForce } from "../../store/runs/settings.js";
import { type CountsToKeep, calibrateApps } from "./calibration/calibrate-apps.js";
import type { AuditContext, AuditPart, Check } from "./checks/check.js";
import { checks } from "./checks/checks.js";

/** Called with the current step and the number of findings so far. */
export type AuditProgress = (doing: string, findings: number) => void;

/** Which students to audit, and by which rules. */
export interface AuditRequest {
  /** A draft (src/store/engine/snapshot.ts): findings stay in its temp tables. */
  session: Session;
  rules: FactRules;
  /** Students whose findings are requested; null means all students. */
  students: readonly string[] | null;
  /** A draft of the same snapshot on another connection, which audits half of all students. */
  second?: Session | null | undefined;
  /** Whether the calibration counts will be saved for the next audit (docs/audit.md, "Kept counts"). */
  keeps?: boolean | undefined;
  /** Whether `blastRadius` will be called (src/store/audit/findings/blast-radius.ts). */
  reaches?: boolean | undefined;
}

/** The meanings of the checks for the requested kinds, and the counts to save for the next audit. */
export interface Audited {
  checked: string[];
  toKeep: CountsToKeep | null;
}

function partsOf({ session, students, second }: AuditRequest): [AuditPart, ...AuditPart[]] {
  const part = (of: Session, some: Students): AuditPart => ({
    session: of,
    students: some,
    resources: new ResourceLookup(of.db),
  });
  if (students !== null || !second) return [part(session, students ?? "all")];
  return [part(session, HALVES[0]), part(second, HALVES[1])];
}

/**
 * Runs every check and leaves the findings that pass the filter in the session's list (src/store/audit/findings/findings.ts). Holds
 * one page of findings. The temp tables go with the draft's rollback, or are kept for `keepCounts`.
 */
export async function audit(request: AuditRequest, filter: FindingFilter, progress: AuditProgress): Promise<Audited> {
  const { session, rules, students, keeps = false, reaches = false } = request;
  const parts = partsOf(request);
  let findings = 0;
  const report = (doing: string, more = 0): void => {
    findings += more;
    progress(doing, findings);
  };
  const settings = await settingsInForce(session.db);
  const known = { rules, auditRules: auditRulesOf(settings) };
  report("how apps pay");
  const { toKeep, ...apps } = await calibrateApps({ ...known, settings, keeps, days: reaches }, parts);
  await Promise.all(parts.map((part) => auditPart({ ...known, apps, ...part }, report)));
  const joined = { fresh_counts: toKeep !== null, exercise_days: reaches };
  for (const { session: second } of parts.slice(1)) await joinAudits(session, second, joined);
  await keepFindings(session.db, filter);
  if (students === null) await analyzeFindings(session.db);
  const checked = checks.filter(({ kinds }) => kinds.some((kind) => filter.kinds?.includes(kind) ?? true));
  return { checked: checked.map(meaningOf), toKeep };
}

async function auditPart(context: AuditContext, report: (doing: string, more?: number) => void): Promise<void> {
  const { session, rules, students } = context;
  await openFindings(session.db);
  report("the facts that landed records give");
  await compareFacts(session.db, rules, students);
  for (const check of checks) {
    report(check.meaning);
    for await (const page of check.find(context))
      if (page.length > 0) report(check.meaning, await addFindings(session, page));
  }
}

const meaningOf = ({ meaning }: Check): string => meaning;
