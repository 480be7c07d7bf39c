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
import type { AuditGround, AuditPart, Check } from "./checks/check.js";
import { checks } from "./checks/checks.js";

/** Told what is being done, and how many findings there are so far. */
export type AuditProgress = (doing: string, findings: number) => void;

/** Who is audited, by which rules. */
export interface AuditRequest {
  /** A draft: what is found stays in its temp tables (src/store/audit/findings/findings.ts). */
  session: Session;
  rules: FactRules;
  /** Whose findings are wanted; null is everybody. */
  students: readonly string[] | null;
  /** A second draft of the same snapshot, on another connection; it audits half of the students. */
  beside?: Session | null | undefined;
  /** Whether what is counted will be kept for the next audit (docs/audit.md, "Kept counts"). */
  keeps?: boolean | undefined;
  /** Whether it will be asked how far bundling reaches (src/store/audit/findings/blast-radius.ts). */
  reaches?: boolean | undefined;
}

/** What was looked for, of the kinds asked for: the meanings of the checks; and what may be kept for the next audit. */
export interface Audited {
  checked: string[];
  toKeep: CountsToKeep | null;
}

function partsOf({ session, students, beside }: AuditRequest): [AuditPart, ...AuditPart[]] {
  const part = (of: Session, some: Students): AuditPart => ({
    session: of,
    students: some,
    resources: new ResourceLookup(of.db),
  });
  if (students !== null || !beside) return [part(session, students ?? "all")];
  return [part(session, HALVES[0]), part(beside, HALVES[1])];
}

/**
 * Makes every check and leaves the findings that the filter lets pass in the session's list (src/store/audit/findings/findings.ts).
 * Holds one page of findings. The temp tables are taken back with the draft, or kept for `keepCounts`.
 */
export async function audit(request: AuditRequest, filter: FindingFilter, progress: AuditProgress): Promise<Audited> {
  const { session, rules, students, keeps = false, reaches = false } = request;
  const parts = partsOf(request);
  let findings = 0;
  const tell = (doing: string, more = 0): void => {
    findings += more;
    progress(doing, findings);
  };
  const settings = await settingsInForce(session.db);
  const known = { rules, auditRules: auditRulesOf(settings) };
  tell("how apps pay");
  const { toKeep, ...apps } = await calibrateApps({ ...known, settings, keeps, days: reaches }, parts);
  await Promise.all(parts.map((part) => auditPart({ ...known, apps, ...part }, tell)));
  const joined = { fresh_counts: toKeep !== null, exercise_days: reaches };
  for (const { session: beside } of parts.slice(1)) await joinAudits(session, beside, joined);
  await keepFindings(session.db, filter);
  if (students === null) await analyzeFindings(session.db);
  const checked = checks.filter(({ kinds }) => kinds.some((kind) => filter.kinds?.includes(kind) ?? true));
  return { checked: checked.map(meaningOf), toKeep };
}

async function auditPart(ground: AuditGround, tell: (doing: string, more?: number) => void): Promise<void> {
  const { session, rules, students } = ground;
  await openFindings(session.db);
  tell("what the landed records call for");
  await compareFacts(session.db, rules, students);
  for (const check of checks) {
    tell(check.meaning);
    for await (const page of check.find(ground))
      if (page.length > 0) tell(check.meaning, await addFindings(session, page));
  }
}

const meaningOf = ({ meaning }: Check): string => meaning;
