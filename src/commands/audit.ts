import { Command, InvalidArgumentError, Option } from "commander";
import { FINDING_KINDS, type FindingKind, VERDICTS, type Verdict } from "../domain/finding.js";
import { nearest } from "../domain/nearest.js";
import { ExitCode, UsageError } from "../errors.js";
import { printBalance } from "./audit-balance.js";
import { type Format, type Shell, stopOn } from "./common.js";
import { openProgress } from "./progress.js";
import { draftFacts, type FactReading, type ReadingFlags, withFactScope } from "./reading.js";

const SUGGESTIONS = 3;

interface AuditFlags extends ReadingFlags<Format | "html"> {
  kind?: FindingKind[];
  app?: string[];
  failOn: Verdict | "none";
  balance?: boolean;
}

function addKind(text: string, before: FindingKind[] = []): FindingKind[] {
  const kind = FINDING_KINDS.find((one) => one === text);
  if (kind === undefined) throw new InvalidArgumentError(`Allowed choices are ${FINDING_KINDS.join(", ")}.`);
  return [...before, kind];
}

const addApp = (name: string, before: string[] = []): string[] => [...before, name];

/** `timeback audit`: what is counted twice or wrongly, with proof. It changes nothing. */
export const auditCommand = (shell: Shell): Command =>
  withFactScope(new Command("audit"), "html")
    .description("find XP that is counted twice or wrongly, with the arithmetic and the proof; changes nothing")
    .option("--kind <kind>", "only findings of this kind (may be given again)", addKind)
    .option("--app <name>", "only findings of this app (may be given again)", addApp)
    .addOption(
      new Option("--fail-on <verdict>", "exit 1 where there are findings as sure as this, or surer")
        .choices([...VERDICTS, "none"])
        .default("confirmed"),
    )
    .option("--balance", "the trial balance instead: for every student and day, counted = true + each cause")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback audit student@school.example                         # support: an answer to read out and paste
  $ timeback audit -q --format ndjson --output findings.ndjson    # cron, CI: exit 1 when something is confirmed
  $ timeback audit --kind bundled-xp --app "Nice Academy" --from 2025-03-01 --to 2025-03-31
  $ timeback audit --fail-on none --format json | jq .totals
  $ timeback audit --format html --output audit.html              # one page with plots; opens without a network
  $ timeback audit student@school.example --redact                # for a ticket: pseudonyms instead of people

Kinds: ${FINDING_KINDS.join(", ")}.
A student is judged as among everybody. Filters choose among the findings, and then totals and exit code are of these.
The audit waits for no run, and no run for it. -q prints the answer too: it is what the command is for.`,
    )
    .action((email: string | undefined, flags: AuditFlags) => runAudit(shell, email, flags));

/** What the balance is printed with; null where the findings are asked for. */
function balanceFlags(flags: AuditFlags): ReadingFlags | null {
  const { balance, kind, app, format } = flags;
  if (!balance) return null;
  if (kind || app) throw new UsageError("--balance takes every cause into account: leave out --kind and --app");
  if (format === "html") throw new UsageError("--balance has no html: leave out one of them");
  return { ...flags, format };
}

async function runAudit(shell: Shell, email: string | undefined, flags: AuditFlags): Promise<void> {
  const balance = balanceFlags(flags);
  const started = Date.now();
  const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
  const [{ audit }, { factRules }, { printAudit }] = await Promise.all([
    import("../pipelines/audit/audit.js"),
    import("../store/settings.js"),
    import("./audit-print.js"),
  ]);
  await draftFacts(flags, { command: "audit", email }, async (reading) => {
    const { session, scope, screen } = reading;
    const { from, to, students } = scope;
    const filter = { kinds: flags.kind ?? null, apps: flags.app ?? null, from, to };
    const rules = await factRules(session.db, {});
    const stop = stopOn(shell.signal);
    const progress = await openProgress(screen);
    const checked = await audit({ session, rules, students }, filter, (doing, findings) => {
      stop();
      progress.show(`${findings} findings; checking ${doing}`);
    }).finally(progress.end);
    if (balance) return printBalance({ shell, flags: balance, reading });
    await warnOfUnknownApps(flags.app ?? [], reading);
    const { verdicts, totals } = await printAudit({ shell, flags, reading }, { filter, checked });
    if (isFailure(verdicts, flags.failOn)) shell.exitWith(ExitCode.attention);
    if (flags.format !== "table" || flags.output !== undefined) screen.note(`audit: ${totals}; ${seconds()} s`);
  });
}

/** A gate whose app is misspelt would pass for ever. */
async function warnOfUnknownApps(asked: readonly string[], { db, screen }: FactReading): Promise<void> {
  if (asked.length === 0) return;
  const { knownApps } = await import("../store/apps.js");
  const known = await knownApps(db);
  for (const app of asked.filter((name) => !known.includes(name)))
    screen.warn(`no fact is of the app ${app}; nearest: ${nearest(app, known, SUGGESTIONS).join(", ") || "none"}`);
}

/** Whether there are findings at least as sure as the wanted verdict. */
function isFailure(counts: Readonly<Record<Verdict, number>>, failOn: Verdict | "none"): boolean {
  if (failOn === "none") return false;
  return VERDICTS.slice(0, VERDICTS.indexOf(failOn) + 1).some((verdict) => counts[verdict] > 0);
}
