import { FINDING_KINDS, type FindingKind } from "../../domain/findings/finding-kind.js";
import { stopOn } from "../../operations/invocation.js";
import { auditSuites } from "../../report/audit/audit-junit.js";
import { renderJunit } from "../../report/formats/junit.js";
import { judgedCounts, listCases } from "../../store/audit/findings/junit-cases.js";
import type { PrintedAudit } from "./printed-audit.js";

/** Prints a test case for each kind that was looked for and each student, streamed. */
export async function printJunit({ shell, reading, draft, failing }: PrintedAudit): Promise<void> {
  const { db, scope, screen, hide } = reading;
  const stop = stopOn(shell.signal);
  const kinds = draft.filter.kinds ?? FINDING_KINDS;
  const counts = await judgedCounts(db, scope, failing);
  async function* cases(kind: FindingKind) {
    for await (const page of listCases(db, scope, kind)) {
      stop();
      yield page.map(hide);
    }
  }
  await screen.print(renderJunit("timeback audit", auditSuites(kinds, counts, cases, failing)));
}
