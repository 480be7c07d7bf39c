import { FINDING_KINDS, type FindingKind, type Verdict } from "../../domain/findings/finding-kind.js";
import type { AuditTotals, ListedFinding } from "../../domain/findings/listed-finding.js";
import type { AuditOverview } from "../../report/audit/audit-overview.js";
import type { FindingFilter } from "../../store/audit/findings/findings.js";
import { type AnyFormat, type CommonFlags, type OutputFlags, stopOn } from "../shell/options.js";
import { type FactReading, printList } from "../shell/reading.js";
import type { Shell } from "../shell/shell.js";

/** The command whose answer is printed. */
interface Asker {
  shell: Shell;
  flags: CommonFlags<AnyFormat>;
  reading: FactReading;
}

/** What was looked for, and which findings were asked for. */
interface Audited {
  filter: FindingFilter;
  checked: readonly string[];
  /** The verdicts that fail a test case. */
  failing: readonly Verdict[];
}

/** Prints the session's findings in the form that was asked for, and returns what a summary and an exit code say. */
export async function printAudit(
  asker: Asker,
  audited: Audited,
): Promise<{ verdicts: Record<Verdict, number>; totals: AuditTotals; line: string }> {
  const { db, scope, asked } = asker.reading;
  const [{ totalsLine }, store] = await Promise.all([
    import("../../report/audit/audit-overview.js"),
    import("../../store/audit/findings/sums.js"),
  ]);
  const verdicts = await store.verdictCounts(db);
  const overview = {
    totals: await store.auditTotals(db, scope, audited.filter.apps),
    verdicts,
    ...(saysSums(asker.flags.format, asked.email) ? await sumsOf(asker.reading, verdicts) : NO_SUMS),
  };
  await printForm(asker, audited, overview);
  return { verdicts, totals: overview.totals, line: totalsLine(overview) };
}

type Sums = Omit<AuditOverview, "totals" | "verdicts">;

const NO_SUMS: Sums = { byKind: [], byApp: [], byWeek: [], calibrations: [], blastRadius: null };

/** Whether a form says more of the whole than its totals: a list for programs does not, nor does the answer about a student. */
export const saysSums = (format: AnyFormat, email: string | null): boolean =>
  format === "json" || format === "html" || (format === "table" && email === null);

async function sumsOf({ db, asked }: FactReading, verdicts: Record<Verdict, number>): Promise<Sums> {
  const [store, { listCalibrations }, { blastRadius }] = await Promise.all([
    import("../../store/audit/findings/sums.js"),
    import("../../store/audit/calibration/calibrations.js"),
    import("../../store/audit/findings/blast-radius.js"),
  ]);
  const isNothingFound = Object.values(verdicts).every((findings) => findings === 0);
  return {
    ...NO_SUMS,
    ...(isNothingFound
      ? {}
      : { byKind: await store.sumsByKind(db), byApp: await store.sumsByApp(db), byWeek: await store.sumsByWeek(db) }),
    calibrations: await listCalibrations(db),
    blastRadius: asked.email === null ? await blastRadius(db) : null,
  };
}

async function printForm(asker: Asker, audited: Audited, overview: AuditOverview): Promise<void> {
  const { flags, reading } = asker;
  const { format } = flags;
  if (format === "html") return printPage(asker, audited, overview);
  if (format === "junit") return printJunit(asker, audited);
  const listed = { ...asker, flags: { ...flags, format } };
  if (format !== "table") return printFindings(listed, audited, overview);
  if (reading.asked.email !== null) return printAnswer(asker, audited, reading.asked.email);
  if (overview.byKind.length > 0) return printFindings(listed, audited, overview);
  const { nothingFound } = await import("../../report/audit/audit-overview.js");
  await reading.screen.print(nothingFound(overview, audited.checked).map((line) => `${line}\n`));
}

/** A test case for each kind that was looked for and each student, streamed. */
async function printJunit({ shell, reading }: Asker, { filter, failing }: Audited): Promise<void> {
  const [{ renderJunit }, { auditSuites }, { judgedCounts, listCases }] = await Promise.all([
    import("../../report/formats/junit.js"),
    import("../../report/audit/audit-junit.js"),
    import("../../store/audit/findings/junit-cases.js"),
  ]);
  const { db, scope, screen, hide } = reading;
  const stop = stopOn(shell.signal);
  const kinds = filter.kinds ?? FINDING_KINDS;
  const counts = await judgedCounts(db, scope, failing);
  async function* cases(kind: FindingKind) {
    for await (const page of listCases(db, scope, kind)) {
      stop();
      yield page.map(hide);
    }
  }
  await screen.print(renderJunit("timeback audit", auditSuites(kinds, counts, cases, failing)));
}

/** The list, streamed; a table ends with the overview. */
async function printFindings(
  asker: Omit<Asker, "flags"> & { flags: OutputFlags },
  { filter }: Audited,
  overview: AuditOverview,
): Promise<void> {
  const [{ findingColumns, findingFields }, { auditHead }, { auditOverview }, store] = await Promise.all([
    import("../../report/audit/finding-listing.js"),
    import("../../report/audit/audit-head.js"),
    import("../../report/audit/audit-overview.js"),
    import("../../store/audit/findings/findings.js"),
  ]);
  const { db, asked, hide } = asker.reading;
  const { kinds, apps } = filter;
  await printList(asker, {
    listing: {
      head: auditHead({ ...overview, scope: { ...asked, kinds, apps } }),
      rows: "findings",
      fields: findingFields(),
      object: ({ body }) => body,
      columns:
        asker.flags.format === "table"
          ? findingColumns(new Set(hide({ email: await store.sharedEmails(db, "session") }).email))
          : [],
    },
    pages: store.listFindings(db, asker.reading.scope.students ?? "all"),
    footer: () => auditOverview(overview),
  });
}

/** One page for a browser, streamed. */
async function printPage({ shell, reading }: Asker, audited: Audited, overview: AuditOverview): Promise<void> {
  const [{ auditHtml }, store, series] = await Promise.all([
    import("../../report/audit/audit-html.js"),
    import("../../store/audit/findings/findings.js"),
    import("../../store/audit/findings/xp-series.js"),
  ]);
  const { db, scope, screen, asked, hide } = reading;
  const stop = stopOn(shell.signal);
  async function* findings(): AsyncGenerator<readonly ListedFinding[]> {
    for await (const page of store.listFindings(db)) {
      stop();
      yield page.map(hide);
    }
  }
  const page = {
    ...hide({ email: asked.email, sharedEmails: { email: await store.sharedEmails(db, "session") } }),
    days: await series.xpSeries(db, scope, audited.filter.apps),
    inflation: await series.inflationSeries(db),
  };
  const only = restrictions(audited.filter);
  await screen.print(
    auditHtml(
      {
        ...page,
        scope: [page.email ?? "everybody", only].filter((part) => part !== "").join("; "),
        sharedEmails: new Set(page.sharedEmails.email),
        overview,
        checked: audited.checked,
      },
      findings(),
    ),
  );
}

/** What support reads out for the students behind one email. */
async function printAnswer({ shell, reading }: Asker, { filter, checked }: Audited, email: string): Promise<void> {
  const [{ auditAnswer }, { listCalibrations }, { listFindings }, { judgedDays, judgedStudents }] = await Promise.all([
    import("../../report/audit/audit-answer.js"),
    import("../../store/audit/calibration/calibrations.js"),
    import("../../store/audit/findings/findings.js"),
    import("../../store/audit/findings/student-summary.js"),
  ]);
  const { db, scope, screen, hide } = reading;
  const stop = stopOn(shell.signal);
  const findings: ListedFinding[] = [];
  for await (const page of listFindings(db, scope.students ?? "all")) {
    stop();
    findings.push(...page);
  }
  const lines = auditAnswer(
    hide({
      email,
      only: restrictions(filter),
      students: await judgedStudents(db, scope),
      days: await judgedDays(db, scope),
      findings,
      calibrations: await listCalibrations(db),
      checked,
    }),
  );
  await screen.print([`${lines.join("\n")}\n`]);
}

/** What was asked for, in words; empty where nothing was restricted. */
function restrictions({ kinds, apps, from, to }: FindingFilter): string {
  return [
    ...(kinds === null ? [] : [`findings of kind ${kinds.join(", ")}`]),
    ...(apps === null ? [] : [`findings of ${apps.join(", ")}`]),
    ...(from === null ? [] : [`days from ${from}`]),
    ...(to === null ? [] : [`days to ${to}`]),
  ].join("; ");
}
