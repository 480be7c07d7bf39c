import { compareFacts } from "../../store/called-facts.js";
import { addFindings, type FindingFilter, keepFindings, openFindings } from "../../store/findings.js";
import { auditRules } from "../../store/settings.js";
import { ALL_STUDENTS } from "../../store/student-part.js";
import { askApps, type CountsToKeep } from "./ask-apps.js";
import type { AuditGround, Check } from "./check.js";
import { checks } from "./checks.js";

/** Told what is being done, and how many findings there are so far. */
export type AuditProgress = (doing: string, findings: number) => void;

/** What was looked for, of the kinds asked for: the meanings of the checks; and what may be kept for the next audit. */
export interface Audited {
  checked: string[];
  toKeep: CountsToKeep | null;
}

/**
 * Makes every check on the ground and leaves the findings that the filter lets pass in the session's list
 * (src/store/findings.ts). Holds one page of findings. The session must be a draft: its temp tables are taken back, or
 * kept for `keepCounts` where the ground `keeps`.
 */
export async function audit(
  asked: Omit<AuditGround, "auditRules" | "counts">,
  filter: FindingFilter,
  progress: AuditProgress,
): Promise<Audited> {
  const { session, rules, students } = asked;
  let findings = 0;
  await openFindings(session.db);
  progress("how apps pay", findings);
  const known = { ...asked, auditRules: await auditRules(session.db) };
  const { counts, toKeep } = await askApps(known);
  progress("what the landed records call for", findings);
  await compareFacts(session.db, rules, students ?? ALL_STUDENTS);
  for (const check of checks) {
    progress(check.meaning, findings);
    for await (const page of check.find({ ...known, counts })) {
      findings += await addFindings(session, page);
      progress(check.meaning, findings);
    }
  }
  await keepFindings(session.db, filter);
  const checked = checks.filter(({ kinds }) => kinds.some((kind) => filter.kinds?.includes(kind) ?? true));
  return { checked: checked.map(meaningOf), toKeep };
}

const meaningOf = ({ meaning }: Check): string => meaning;
