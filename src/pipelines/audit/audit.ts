import { prepareGround } from "../../store/audit-ground.js";
import { addFindings, type FindingFilter, keepFindings, openFindings } from "../../store/findings.js";
import { auditRules } from "../../store/settings.js";
import type { AuditGround, Check } from "./check.js";
import { checks } from "./checks.js";

/** Told what is being done, and how many findings there are so far. */
export type AuditProgress = (doing: string, findings: number) => void;

/**
 * Makes every check on the ground and leaves the findings that the filter lets pass in the session's list
 * (src/store/findings.ts). Holds one page of findings. The session must be a draft: its temp tables are taken back.
 * Returns what was looked for, of the kinds asked for: the meanings of the checks.
 */
export async function audit(
  { session, rules, students }: Omit<AuditGround, "auditRules">,
  filter: FindingFilter,
  progress: AuditProgress,
): Promise<string[]> {
  const ground = { session, rules, students, auditRules: await auditRules(session.db) };
  let findings = 0;
  await openFindings(session.db);
  progress("what the landed records call for", findings);
  await prepareGround(session.db, rules, students);
  for (const check of checks) {
    progress(check.meaning, findings);
    for await (const page of check.find(ground)) {
      findings += await addFindings(session, page);
      progress(check.meaning, findings);
    }
  }
  await keepFindings(session.db, filter);
  return checks.filter(({ kinds }) => kinds.some((kind) => filter.kinds?.includes(kind) ?? true)).map(meaningOf);
}

const meaningOf = ({ meaning }: Check): string => meaning;
