import { auditHead } from "../../report/audit/audit-head.js";
import { type AuditOverview, auditOverview, nothingFound, totalsLine } from "../../report/audit/audit-overview.js";
import { findingColumns, findingFields } from "../../report/audit/finding-listing.js";
import { blastRadius } from "../../store/audit/findings/blast-radius.js";
import { sharedEmails } from "../../store/audit/findings/findings.js";
import { sumsByApp, sumsByKind, sumsByWeek } from "../../store/audit/findings/sums.js";
import type { AnyFormat, OutputFlags } from "../shell/options.js";
import { printList } from "../shell/reading.js";
import { printAnswer } from "./print-answer.js";
import type { PrintedAudit } from "./printed-audit.js";

/** Prints the findings in the form that was asked for, and returns what a summary says of them. */
export async function printAudit(printed: PrintedAudit): Promise<string> {
  const { flags, reading, draft } = printed;
  const { verdicts, totals } = draft;
  const sums = saysSums(flags.format, reading.asked.email) ? await sumsOf(printed) : NO_SUMS;
  const overview = { totals, verdicts, ...sums };
  await printForm(printed, overview);
  return totalsLine(overview);
}

type Sums = Omit<AuditOverview, "totals" | "verdicts">;

const NO_SUMS: Sums = { byKind: [], byApp: [], byWeek: [], calibrations: [], blastRadius: null };

/** Whether a form says more of the whole than its totals: a list for programs does not, nor does the answer about a student. */
export const saysSums = (format: AnyFormat, email: string | null): boolean =>
  format === "json" || format === "html" || (format === "table" && email === null);

async function sumsOf({ reading: { asked }, draft }: PrintedAudit): Promise<Sums> {
  const { db, verdicts } = draft;
  const isNothingFound = Object.values(verdicts).every((findings) => findings === 0);
  return {
    ...NO_SUMS,
    ...(isNothingFound
      ? {}
      : { byKind: await sumsByKind(db), byApp: await sumsByApp(db), byWeek: await sumsByWeek(db) }),
    calibrations: await draft.calibrations(),
    blastRadius: asked.email === null ? await blastRadius(db) : null,
  };
}

async function printForm(printed: PrintedAudit, overview: AuditOverview): Promise<void> {
  const { flags, reading, draft } = printed;
  const { format } = flags;
  if (format === "html") return (await import("./print-page.js")).printPage(printed, overview);
  if (format === "junit") return (await import("./print-junit.js")).printJunit(printed);
  if (format !== "table" || (reading.asked.email === null && overview.byKind.length > 0))
    return printFindings({ ...printed, flags: { ...flags, format } }, overview);
  if (reading.asked.email !== null) return printAnswer(printed, reading.asked.email);
  await reading.screen.print(nothingFound(overview, draft.checked).map((line) => `${line}\n`));
}

/** The list, streamed; a table ends with the overview. */
async function printFindings(
  { shell, flags, reading, draft }: Omit<PrintedAudit, "flags"> & { flags: OutputFlags },
  overview: AuditOverview,
): Promise<void> {
  const { asked, hide } = reading;
  const { kinds, apps } = draft.filter;
  const shared = flags.format === "table" ? hide({ email: await sharedEmails(draft.db, "session") }).email : [];
  await printList(
    { shell, flags, reading },
    {
      listing: {
        head: auditHead({ ...overview, scope: { ...asked, kinds, apps } }),
        rows: "findings",
        fields: findingFields(),
        object: ({ body }) => body,
        columns: flags.format === "table" ? findingColumns(new Set(shared)) : [],
      },
      pages: draft.findings(),
      footer: () => auditOverview(overview),
    },
  );
}
