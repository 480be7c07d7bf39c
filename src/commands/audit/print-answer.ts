import type { ListedFinding } from "../../domain/findings/listed-finding.js";
import { stopOn } from "../../operations/invocation.js";
import { auditAnswer } from "../../report/audit/audit-answer.js";
import { judgedDays, judgedStudents } from "../../store/audit/findings/student-summary.js";
import { type PrintedAudit, restrictions } from "./printed-audit.js";

/** Prints what support reads out for the students behind one email. */
export async function printAnswer({ shell, reading, draft }: PrintedAudit, email: string): Promise<void> {
  const { db, scope, screen, hide } = reading;
  const stop = stopOn(shell.signal);
  const findings: ListedFinding[] = [];
  for await (const page of draft.findings()) {
    stop();
    findings.push(...page);
  }
  const lines = auditAnswer(
    hide({
      email,
      only: restrictions(draft.filter),
      students: await judgedStudents(db, scope),
      days: await judgedDays(db, scope),
      findings,
      calibrations: await draft.calibrations(),
      checked: draft.checked,
    }),
  );
  await screen.print([`${lines.join("\n")}\n`]);
}
