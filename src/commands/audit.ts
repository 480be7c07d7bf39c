import { Command, InvalidArgumentError, Option } from "commander";
import { FINDING_KINDS, type FindingKind, VERDICTS, type Verdict } from "../domain/finding.js";
import { ExitCode } from "../errors.js";
import { type Shell, stopOn } from "./common.js";
import { openProgress } from "./progress.js";
import { draftFacts, type FactReading, printList, type ReadingFlags, withFactScope } from "./reading.js";

interface AuditFlags extends ReadingFlags {
  kind?: FindingKind[];
  app?: string[];
  failOn: Verdict | "none";
}

function addKind(text: string, before: FindingKind[] = []): FindingKind[] {
  const kind = FINDING_KINDS.find((one) => one === text);
  if (kind === undefined) throw new InvalidArgumentError(`Allowed choices are ${FINDING_KINDS.join(", ")}.`);
  return [...before, kind];
}

/** `timeback audit`: what is counted twice or wrongly, with proof. It changes nothing. */
export const auditCommand = (shell: Shell): Command =>
  withFactScope(new Command("audit"))
    .description("XP that is counted twice or wrongly, with the arithmetic and the proof; changes nothing")
    .option("--kind <kind>", "only findings of this kind (may be given again)", addKind)
    .option("--app <name>", "only findings of this app (may be given again)", (name, before: string[] = []) => [
      ...before,
      name,
    ])
    .addOption(
      new Option("--fail-on <verdict>", "exit 1 where there are findings as sure as this, or surer")
        .choices([...VERDICTS, "none"])
        .default("confirmed"),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ timeback audit student@school.example                       # an answer to read out and paste
  $ timeback audit -q --format ndjson --output findings.ndjson  # cron, CI: exit 1 when something is confirmed
  $ timeback audit --kind bundled-xp --app "Nice Academy" --from 2025-03-01 --to 2025-03-31
  $ timeback audit --fail-on none --format json | jq .totals    # numbers for a dashboard

Kinds: ${FINDING_KINDS.join(", ")}.`,
    )
    .action((email: string | undefined, flags: AuditFlags) => runAudit(shell, email, flags));

async function runAudit(shell: Shell, email: string | undefined, flags: AuditFlags): Promise<void> {
  const started = Date.now();
  const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
  const [{ audit }, { factRules }, { verdictCounts }] = await Promise.all([
    import("../pipelines/audit/audit.js"),
    import("../store/settings.js"),
    import("../store/findings.js"),
  ]);
  await draftFacts(flags, { command: "audit", email }, async (reading) => {
    const { session, scope, screen } = reading;
    const stop = stopOn(shell.signal);
    const progress = await openProgress(screen);
    const ground = { session, rules: await factRules(session.db, {}), students: scope.students };
    const filter = { kinds: flags.kind ?? null, apps: flags.app ?? null, from: scope.from, to: scope.to };
    await audit(ground, filter, (doing, findings) => {
      stop();
      progress.show(`checking: ${doing}; ${findings} findings, ${seconds()} s`);
    }).finally(progress.end);
    const verdicts = await verdictCounts(session.db);
    await printFindings(shell, flags, reading);
    if (isFailure(verdicts, flags.failOn)) shell.exitWith(ExitCode.attention);
  });
}

/** Whether there are findings at least as sure as the wanted verdict. */
function isFailure(counts: Readonly<Record<Verdict, number>>, failOn: Verdict | "none"): boolean {
  if (failOn === "none") return false;
  return VERDICTS.slice(0, VERDICTS.indexOf(failOn) + 1).some((verdict) => counts[verdict] > 0);
}

async function printFindings(shell: Shell, flags: AuditFlags, reading: FactReading): Promise<void> {
  const [{ findingColumns, findingFields }, { auditHead }, store] = await Promise.all([
    import("../report/finding-listing.js"),
    import("../report/audit-totals.js"),
    import("../store/findings.js"),
  ]);
  const { db, scope, asked } = reading;
  const kinds = flags.kind ?? null;
  const apps = flags.app ?? null;
  const head = auditHead({
    scope: { ...asked, kinds, apps },
    totals: await store.auditTotals(db, scope, apps),
    byKind: await store.sumsByKind(db),
    calibrations: await store.listCalibrations(db),
  });
  await printList(
    { shell, flags, reading },
    {
      listing: {
        head,
        rows: "findings",
        fields: findingFields,
        object: ({ body }) => body,
        columns: findingColumns(new Set()),
      },
      pages: store.listFindings(db),
    },
  );
}
