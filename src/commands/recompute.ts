import { Command } from "commander";
import { printable } from "../domain/values/printable.js";
import { UsageError } from "../errors.js";
import type { RecomputeSummary } from "../pipelines/facts/recompute.js";
import type { RequestedSettings } from "../store/runs/settings.js";
import { dayOption } from "./shell/days.js";
import { type CommonFlags, open, withCommonOptions, withDatabase } from "./shell/options.js";
import type { Shell } from "./shell/shell.js";
import { printSummary } from "./shell/summary.js";

interface RecomputeFlags extends CommonFlags {
  from?: string;
  to?: string;
  set: RequestedSettings;
  dryRun?: boolean;
}

function addSetting(text: string, before: RequestedSettings): RequestedSettings {
  const split = text.indexOf("=");
  if (split < 1) throw new UsageError(`--set ${text}: expected <key>=<value>, such as zone=America/Chicago`);
  return { ...before, [text.slice(0, split)]: text.slice(split + 1) };
}

/** `timeback recompute`: rebuild the facts from what was landed. */
export const recomputeCommand = (shell: Shell): Command =>
  withCommonOptions(new Command("recompute"), ["table", "json", "ndjson"])
    .description("rebuild processed_facts from what was landed: everything, one student, or a range of days")
    .argument("[email]", "student whose facts are rebuilt")
    .option("--from <day>", "first day of facts, YYYY-MM-DD in the stored zone", dayOption)
    .option("--to <day>", "last day of facts, inclusive", dayOption)
    .option(
      "--set <key=value>",
      "change a setting that shapes facts or findings (docs/facts.md, docs/audit.md)",
      addSetting,
      {},
    )
    .option("--dry-run", "say what would change; write nothing")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback recompute --dry-run
  $ timeback recompute student@school.example --from 2025-03-01 --to 2025-03-31
  $ timeback recompute --set zone=America/Chicago

Facts are a pure function of what was landed: after a load, a recompute changes nothing.
Rows that another system wrote into processed_facts are listed first, and removed.`,
    )
    .action(async (email: string | undefined, flags: RecomputeFlags) => runRecompute(shell, email, flags));

async function runRecompute(shell: Shell, email: string | undefined, flags: RecomputeFlags): Promise<void> {
  const opened = open(shell, flags);
  const { config, screen } = opened;
  const { from = null, to = null, set } = flags;
  const scope = { email: email ?? null, from, to };
  if (Object.keys(set).length > 0 && (email ?? from ?? to ?? null) !== null)
    throw new UsageError("--set changes every fact: leave out the email and the days");
  const started = Date.now();
  const [{ recompute }, { requireStudents }, { withPlannedRun }, { checkSettings }] = await Promise.all([
    import("../pipelines/facts/recompute.js"),
    import("../pipelines/facts/students.js"),
    import("../store/facts/dry-run.js"),
    import("../store/runs/settings.js"),
  ]);
  checkSettings(set);
  const dryRun = flags.dryRun === true;
  const done = await withDatabase(opened, flags, "recompute", async (store) => {
    const students = email === undefined ? null : await requireStudents(store.db, email);
    const request = {
      command: "recompute",
      ...shell.caller(),
      lockWaitSeconds: config.lockWait,
      dryRun,
      beside: true,
    };
    return withPlannedRun(store, request, async (run) => ({
      runId: run.runId,
      ...(await recompute(run, { students, from, to }, set)),
    }));
  });
  const { runId, facts, xp, foreignFacts, plan } = done;
  const answer = {
    command: "recompute",
    runId,
    dryRun,
    scope,
    facts,
    xp: { before: Number(xp.before), after: Number(xp.after) },
    foreignFacts: foreignFacts.map((fact) => ({
      ...fact,
      xpEarned: fact.xpEarned === null ? null : Number(fact.xpEarned),
    })),
    seconds: (Date.now() - started) / 1000,
    ...(plan ? { plan } : {}),
  };
  await printSummary(screen, flags, answer, recomputeLines(done, dryRun, answer.seconds));
}

function recomputeLines({ facts, xp, foreignFacts }: RecomputeSummary, dryRun: boolean, seconds: number): string {
  const foreign = foreignFacts.map((f) =>
    printable(`  ${f.date} ${f.studentId} ${f.factKey} ${f.xpEarned ?? "no"} XP`),
  );
  const head =
    facts.foreign > 0
      ? [`${facts.foreign} facts of another system ${dryRun ? "would be" : "were"} removed:`, ...foreign]
      : [];
  const line =
    `recompute${dryRun ? " (plan, nothing written)" : ""}: facts +${facts.inserted} ~${facts.updated} -${facts.deleted}, ${facts.unchanged} unchanged; ` +
    `XP ${xp.before} -> ${xp.after}; ${seconds.toFixed(1)} s`;
  return [...head, line].join("\n");
}
