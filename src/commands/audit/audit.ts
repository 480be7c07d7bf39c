import { Command, InvalidArgumentError } from "commander";
import { FINDING_KINDS, type FindingKind } from "../../domain/findings/finding-kind.js";
import { nearest } from "../../domain/values/nearest.js";
import { ExitCode, UsageError } from "../../errors.js";
import type { Audited } from "../../pipelines/audit/audit.js";
import type { AuditSummary } from "../../store/audit/findings/stored-audits.js";
import type { Session } from "../../store/engine/session.js";
import { type FailOn, failingVerdicts, failOnOption, isFailure } from "../shell/fail-on.js";
import type { AnyFormat, CommonFlags } from "../shell/options.js";
import {
  type DraftReading,
  draftFacts,
  type FactReading,
  FORMATS,
  type ReadingFlags,
  withFactScope,
} from "../shell/reading.js";
import type { Shell } from "../shell/shell.js";
import { printBalance } from "./balance.js";
import { diffCommand } from "./diff.js";
import { auditOnScreen } from "./run.js";
import { showCommand } from "./show.js";
import { verifyCommand } from "./verify.js";

const SUGGESTIONS = 3;
const RUN_DIGITS = 8;

interface AuditFlags extends ReadingFlags<AnyFormat> {
  kind?: FindingKind[];
  app?: string[];
  failOn: FailOn;
  save: boolean;
  balance?: boolean;
}

function addKind(text: string, before: FindingKind[] = []): FindingKind[] {
  const kind = FINDING_KINDS.find((one) => one === text);
  if (kind === undefined) throw new InvalidArgumentError(`Allowed choices are ${FINDING_KINDS.join(", ")}.`);
  return [...before, kind];
}

const addApp = (name: string, before: string[] = []): string[] => [...before, name];

/** `timeback audit`: what is counted twice or wrongly, with proof. It changes no record and no fact. */
export const auditCommand = (shell: Shell): Command =>
  withFactScope(new Command("audit"), [...FORMATS, "junit", "html"])
    .description(
      "find XP that is counted twice or wrongly, with the arithmetic and the proof; changes no record and no fact",
    )
    .option("--kind <kind>", "only findings of this kind (may be given again)", addKind)
    .option("--app <name>", "only findings of this app (may be given again)", addApp)
    .addOption(failOnOption())
    .option("--no-save", "do not store the findings (only those of everybody, unfiltered, are stored)")
    .option("--balance", "the trial balance instead: for every student and day, counted = true + each cause")
    .addCommand(diffCommand(shell))
    .addCommand(showCommand(shell))
    .addCommand(verifyCommand(shell))
    .hook("preSubcommand", refuseOptionsBefore)
    .addHelpText(
      "after",
      `
Examples:
  $ timeback audit student@school.example                         # support: an answer to read out and paste
  $ timeback audit -q --format ndjson --output findings.ndjson --force    # cron: exit 1 when something is confirmed
  $ timeback audit -q --format junit --output audit.xml           # CI: a test case for each check and student
  $ timeback audit --kind bundled-xp --app "Nice Academy" --from 2025-03-01 --to 2025-03-31
  $ timeback audit --fail-on none --format json | jq .totals
  $ timeback audit --format html --output audit.html              # one page with plots; opens without a network
  $ timeback audit student@school.example --redact                # for a ticket: pseudonyms instead of people
  $ timeback audit diff                                           # what is new since the audit before

Kinds: ${FINDING_KINDS.join(", ")}.
A student is judged as among everybody. Filters choose among the findings, and then totals and exit code are of these.
The audit waits for no run, and no run for it. -q prints the answer too: it is what the command is for.`,
    )
    .action((email: string | undefined, flags: AuditFlags) => runAudit(shell, email, flags));

/** Options before the name of a subcommand would be taken for those of `audit`, and be lost. */
function refuseOptionsBefore(audit: Command, sub: Command): void {
  const given = audit.options.filter((option) => audit.getOptionValueSource(option.attributeName()) === "cli");
  if (given.length > 0)
    throw new UsageError(
      `${given.map(({ long }) => long).join(", ")} stands before ${sub.name()}: give it after, timeback audit ${sub.name()} ...`,
    );
}

/** Only an audit of everybody, with all of its findings, can be compared with another. */
const isStored = (email: string | undefined, { kind, app, from, to, save, balance }: AuditFlags): boolean =>
  save && !balance && [email, kind, app, from, to].every((one) => one === undefined);

/** The flags of a trial balance, where one is asked for. @throws UsageError for what it cannot be asked */
function balanceFlags({ format, ...flags }: AuditFlags): CommonFlags | null {
  if (!flags.balance) return null;
  if (flags.kind || flags.app)
    throw new UsageError("--balance takes every cause into account: leave out --kind and --app");
  if (format === "junit") throw new UsageError("--balance makes no checks: leave out --format junit");
  if (format === "html") throw new UsageError("--balance has no page: leave out --format html");
  return { ...flags, format };
}

/** Loads what comes next while the server makes the connection. Where that fails, it fails again where it is needed. */
function loadMeanwhile(): void {
  const load = () =>
    Promise.all([
      import("../../pipelines/facts/students.js"),
      import("../../pipelines/audit/audit.js"),
      import("./print.js"),
    ]);
  setImmediate(() => void load().catch(() => {}));
}

async function runAudit(shell: Shell, email: string | undefined, flags: AuditFlags): Promise<void> {
  balanceFlags(flags); // refuses before anything is opened
  loadMeanwhile();
  const started = Date.now();
  if (email === undefined) await shell.keepHeapSmall();
  const seconds = () => (Date.now() - started) / 1000;
  const runId = isStored(email, flags) ? crypto.randomUUID() : null; // loads what it needs, which takes milliseconds
  const run = runId === null ? "" : `; run ${runId.slice(0, RUN_DIGITS)}`;
  await draftFacts(shell, flags, { command: "audit", email }, async (reading) => {
    const { printed, toKeep } = await auditAndPrint(shell, flags, reading);
    if (printed !== null) told(printed);
    const summary = printed && runId !== null ? { runId, seconds: seconds(), ...printed } : null;
    return summary || toKeep ? (session) => keepAudit(shell, session, { summary, toKeep }) : null;

    function told({ verdicts, line }: Printed): void {
      if (isFailure(verdicts, flags.failOn)) shell.exitWith(ExitCode.attention);
      if (flags.format !== "table" || flags.output !== undefined)
        reading.screen.note(`audit: ${line}${run}; ${seconds().toFixed(1)} s`);
    }
  });
}

type Printed = NonNullable<Awaited<ReturnType<typeof auditAndPrint>>["printed"]>;

/** What is kept of an audit after it has answered: its findings (null: they are not stored), and what it counted. */
interface AuditedRun {
  summary: AuditSummary | null;
  toKeep: Audited["toKeep"];
}

async function keepAudit(shell: Shell, session: Session, { summary, toKeep }: AuditedRun): Promise<void> {
  if (toKeep) {
    const { keepCounts } = await import("../../store/audit/calibration/cache.js");
    await keepCounts(session, toKeep.seen, toKeep.totals);
  }
  if (summary) {
    const { storeAudit } = await import("../../store/audit/findings/stored-audits.js");
    await storeAudit(session, { command: "audit", ...shell.caller() }, summary);
  }
}

/** Answers with the findings, or with the balance where that was asked for: then there is nothing to store. */
async function auditAndPrint(shell: Shell, flags: AuditFlags, reading: DraftReading) {
  const [{ factRules }, { printAudit, saysSums }] = await Promise.all([
    import("../../store/runs/settings.js"),
    import("./print.js"),
  ]);
  const { from, to, students } = reading.scope;
  const filter = { kinds: flags.kind ?? null, apps: flags.app ?? null, from, to };
  const rules = await factRules(reading.session.db, {});
  const balance = balanceFlags(flags);
  const reaches = students === null && saysSums(flags.format, null);
  const asked = { ...reading, rules, students, filter, keeps: true, reaches };
  // The balance of a student is made of tables of one session.
  const { checked, toKeep } = await (balance || students
    ? auditOnScreen(shell, { ...asked, beside: null })
    : reading.beside((beside) => auditOnScreen(shell, { ...asked, beside })));
  if (balance) {
    await printBalance({ shell, flags: balance, reading });
    return { printed: null, toKeep };
  }
  await warnOfUnknownApps(flags.app ?? [], reading);
  const failing = failingVerdicts(flags.failOn);
  const printed = await printAudit({ shell, flags, reading }, { filter, checked, failing });
  return { printed, toKeep };
}

/** A gate whose app is misspelt would pass for ever. */
async function warnOfUnknownApps(asked: readonly string[], { db, screen }: FactReading): Promise<void> {
  if (asked.length === 0) return;
  const { knownApps } = await import("../../store/reading/lookups.js");
  const known = await knownApps(db);
  for (const app of asked.filter((name) => !known.includes(name)))
    screen.warn(`no fact is of the app ${app}; nearest: ${nearest(app, known, SUGGESTIONS).join(", ") || "none"}`);
}
