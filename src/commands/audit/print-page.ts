import type { ListedFinding } from "../../domain/findings/listed-finding.js";
import { stopOn } from "../../operations/invocation.js";
import { auditHtml } from "../../report/audit/audit-html.js";
import type { AuditOverview } from "../../report/audit/audit-overview.js";
import { listFindings, sharedEmails } from "../../store/audit/findings/findings.js";
import { inflationSeries, xpSeries } from "../../store/audit/findings/xp-series.js";
import { type PrintedAudit, restrictions } from "./printed-audit.js";

/** Prints one page for a browser, streamed. */
export async function printPage({ shell, reading, draft }: PrintedAudit, overview: AuditOverview): Promise<void> {
  const { db, scope, screen, asked, hide } = reading;
  const stop = stopOn(shell.signal);
  async function* findings(): AsyncGenerator<readonly ListedFinding[]> {
    for await (const page of listFindings(db)) {
      stop();
      yield page.map(hide);
    }
  }
  const { email, shared } = hide({ email: asked.email, shared: { email: await sharedEmails(db, "session") } });
  const page = {
    email,
    sharedEmails: new Set(shared.email),
    days: await xpSeries(db, scope, draft.filter.apps),
    inflation: await inflationSeries(db),
    scope: [email ?? "all students", restrictions(draft.filter)].filter((part) => part !== "").join("; "),
    overview,
    checked: draft.checked,
  };
  await screen.print(auditHtml(page, findings()));
}
