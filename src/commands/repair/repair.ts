import { Command } from "commander";
import { UsageError, WorkError } from "../../errors.js";
import type { RepairPlan } from "../../pipelines/repair/repair.js";
import type { Hide } from "../../report/formats/redaction.js";
import type { Session } from "../../store/engine/session.js";
import { auditOnScreen } from "../audit/run.js";
import { type CommonFlags, type Opened, open, withDatabase } from "../shell/options.js";
import { askedStudents, draftFacts, hiding, readFacts, withListOptions } from "../shell/reading.js";
import type { Screen } from "../shell/screen.js";
import type { Shell } from "../shell/shell.js";
import { confirmed, printCorrections, printPlan } from "./print.js";

interface RepairFlags extends CommonFlags {
  event?: string[];
  reason?: string;
  by?: string;
  yes?: boolean;
  list?: boolean;
  undo?: string[];
  undoRun?: string;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** `timeback repair`: corrects what the audit confirmed, and takes corrections back. */
export const repairCommand = (shell: Shell): Command =>
  withListOptions(new Command("repair"))
    .description("correct bundled events to their own XP: prints the plan, writes only with --yes, and can be undone")
    .argument("[email]", "student; everybody without one")
    .option("--yes", "carry the plan out")
    .option(
      "--event <id>",
      "only this event, also where the audit finds it no more than probable (may be given again)",
      collect,
    )
    .option("--reason <text>", "why a person chose these events; kept with the corrections")
    .option("--by <name>", "who does it (default: the user of this process)")
    .option("--list", "the corrections that were made, undone ones too")
    .option("--undo <id>", "take a correction back (may be given again)", collect)
    .option("--undo-run <run>", "take back every correction that a run made")
    .addHelpText(
      "after",
      `
Examples:
  $ timeback repair student@school.example             # the plan; nothing is written
  $ timeback repair student@school.example --yes
  $ timeback repair --event 270cb3ab-0c7a-4314-adef-3fcf71ef4604 --reason "agreed with the school" --yes
  $ timeback repair --list
  $ timeback repair --undo 3f0c2a9b41d7e865

Only confirmed findings are corrected, unless --event names a probable one. A correction is a row of its own: the event
stays as it came, its fact counts the event's own XP and names the correction. Undone, the facts are as if it had never
been made. On a terminal, the plan asks for a typed yes.`,
    )
    .action((email: string | undefined, flags: RepairFlags) => runRepair(shell, email, flags));

async function runRepair(shell: Shell, email: string | undefined, flags: RepairFlags): Promise<void> {
  checkFlags(email, flags);
  if (flags.list) return listMade(shell, email, flags);
  if (flags.undo !== undefined || flags.undoRun !== undefined) return takeBack(shell, flags);
  if (flags.yes) return repair(shell, email, flags, null);
  const { plan, shown } = await plannedRepair(shell, email, flags);
  const { screen } = open(shell, flags);
  await printPlan(screen, flags, shown);
  if (plan.corrections.length > 0 && (await confirmed(shell, screen, flags)))
    await repair(shell, email, { ...flags, force: true }, plan); // the file of the plan is ours
}

function checkFlags(email: string | undefined, { list, undo, undoRun, event, yes, reason }: RepairFlags): void {
  const taken = [list && "--list", undo && "--undo", undoRun !== undefined && "--undo-run"].filter(Boolean);
  if (taken.length > 1) throw new UsageError(`${taken.join(" and ")} are different jobs: give one`);
  if (taken.length === 1 && (yes || event || reason !== undefined))
    throw new UsageError(`${taken[0]} takes neither --yes, --event nor --reason`);
  if (taken.length === 1 && !list && email !== undefined)
    throw new UsageError(`${taken[0]} names what is taken back: leave out the email`);
}

/** Audits everybody's or one student's events and plans on the session's findings. */
async function auditedPlan(
  shell: Shell,
  { session, screen, students }: { session: Session; screen: Screen; students: readonly string[] | null },
  flags: RepairFlags,
): Promise<RepairPlan> {
  const [{ planRepair }, { factRules }] = await Promise.all([
    import("../../pipelines/repair/repair.js"),
    import("../../store/runs/settings.js"),
  ]);
  const rules = await factRules(session.db, {});
  const filter = { kinds: null, apps: null, from: null, to: null };
  await auditOnScreen(shell, { session, screen, rules, students, filter });
  return planRepair(session, flags.event ?? null);
}

/** The plan, and as it may be shown. */
async function plannedRepair(
  shell: Shell,
  email: string | undefined,
  flags: RepairFlags,
): Promise<Record<"plan" | "shown", RepairPlan>> {
  let plan: RepairPlan = { corrections: [], totals: [], facts: { changes: [], largest: [] } };
  let shown = plan;
  await draftFacts(shell, flags, { command: "repair", email }, async ({ session, screen, scope, hide }) => {
    plan = await auditedPlan(shell, { session, screen, students: scope.students }, flags);
    shown = hide(plan);
    return null;
  });
  return { plan, shown };
}

const handOf = (shell: Shell, runId: string, flags: RepairFlags) => ({
  runId,
  by: flags.by ?? shell.caller().user,
  reason: flags.reason ?? null,
});

/** One writing run, all of it in one transaction. */
async function inRun<T>(
  { shell, flags, opened }: { shell: Shell; flags: RepairFlags; opened: Opened },
  work: (session: Session, runId: string, hide: Hide) => Promise<T>,
): Promise<T & { runId: string; hide: Hide }> {
  const { config } = opened;
  const [{ inTransaction }, { withRun }] = await Promise.all([
    import("../../store/engine/transactions.js"),
    import("../../store/runs/runs.js"),
  ]);
  const request = { command: "repair", ...shell.caller(), lockWaitSeconds: config.lockWait };
  return withDatabase(opened, flags, "repair", async (store) => {
    const hideIn = await hiding(store, flags);
    return withRun(store, request, async ({ session, runId }) => {
      const hide = await hideIn(session.db);
      return { ...(await inTransaction(session, (inside) => work(inside, runId, hide))), runId, hide };
    });
  });
}

/** Carries a plan out; one that was agreed to must still be the plan. */
async function repair(
  shell: Shell,
  email: string | undefined,
  flags: RepairFlags,
  agreed: RepairPlan | null,
): Promise<void> {
  const opened = open(shell, flags);
  const [{ carryOut }, { factRules }] = await Promise.all([
    import("../../pipelines/repair/repair.js"),
    import("../../store/runs/settings.js"),
  ]);
  const done = await inRun({ shell, flags, opened }, async (session, runId, hide) => {
    const students = await askedStudents({ db: session.db, hide }, email);
    const plan = await auditedPlan(shell, { session, screen: opened.screen, students }, flags);
    if (agreed !== null && idsOf(plan) !== idsOf(agreed))
      throw new WorkError(
        "what is landed has changed since the plan was printed: nothing was written; look at it again",
      );
    const made = await carryOut(session, await factRules(session.db, {}), handOf(shell, runId, flags));
    return { plan, planned: plan.corrections.length, applied: made.corrections.length, ...made };
  });
  await printCorrections(opened.screen, flags, {
    done: `repair: ${done.applied} of ${done.planned} corrections made in run ${done.runId}; facts ~${done.facts.updated}`,
    planned: done.planned,
    applied: done.applied,
    corrections: done.hide(done.corrections),
    totals: done.hide(done.plan.totals),
  });
}

const idsOf = ({ corrections }: RepairPlan): string => corrections.map(({ id }) => id).join();

async function takeBack(shell: Shell, flags: RepairFlags): Promise<void> {
  const opened = open(shell, flags);
  const [{ undo }, { factRules }] = await Promise.all([
    import("../../pipelines/repair/repair.js"),
    import("../../store/runs/settings.js"),
  ]);
  const undoing = flags.undoRun === undefined ? { ids: flags.undo ?? [] } : { runId: flags.undoRun };
  const done = await inRun({ shell, flags, opened }, async (session, runId) => {
    const undone = await undo(session, await factRules(session.db, {}), undoing, handOf(shell, runId, flags));
    return { undone: undone.corrections.length, ...undone };
  });
  await printCorrections(opened.screen, flags, {
    done: `repair: ${done.corrections.length} corrections undone in run ${done.runId}; facts ~${done.facts.updated}`,
    planned: done.corrections.length,
    applied: done.corrections.length,
    corrections: done.hide(done.corrections),
    totals: [],
  });
}

async function listMade(shell: Shell, email: string | undefined, flags: RepairFlags): Promise<void> {
  const { listCorrections } = await import("../../store/corrections/corrections.js");
  await readFacts(shell, flags, { command: "repair", email }, async ({ db, scope, screen, hide }) => {
    const corrections = await listCorrections(db, { students: scope.students });
    await printCorrections(screen, flags, {
      done: `${corrections.length} corrections, ${corrections.filter(({ state }) => state === "live").length} live`,
      planned: 0,
      applied: 0,
      corrections: hide(corrections),
      totals: [],
    });
  });
}
