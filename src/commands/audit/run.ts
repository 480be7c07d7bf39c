import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { Audited, AuditRequest } from "../../pipelines/audit/audit.js";
import type { FindingFilter } from "../../store/audit/findings/findings.js";
import type { Session } from "../../store/engine/session.js";
import { stopOn } from "../shell/options.js";
import { openProgress } from "../shell/progress.js";
import type { Screen } from "../shell/screen.js";
import type { Shell } from "../shell/shell.js";

/** Who is audited in which draft, by which rules, and which findings are wanted. */
interface AuditRun {
  session: Session;
  screen: Screen;
  rules: FactRules;
  students: readonly string[] | null;
  filter: FindingFilter;
  /** As the audit is asked for. */
  beside?: AuditRequest["beside"];
  keeps?: boolean;
  reaches?: boolean;
}

/** Makes the audit, telling how far it is; stops where the process was told to. Returns what was looked for. */
export async function auditOnScreen(
  shell: Shell,
  { session, screen, rules, students, filter, beside, keeps, reaches }: AuditRun,
): Promise<Audited> {
  const { audit } = await import("../../pipelines/audit/audit.js");
  const stop = stopOn(shell.signal);
  const progress = await openProgress(screen);
  return audit({ session, rules, students, beside, keeps, reaches }, filter, (doing, findings) => {
    stop();
    progress.show(`${findings} findings; checking ${doing}`);
  }).finally(progress.end);
}
