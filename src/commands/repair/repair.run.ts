import { ExitCode, UsageError } from "../../errors.js";
import type { Invocation } from "../../operations/invocation.js";
import {
  listMadeCorrections,
  planCorrections,
  type RepairScope,
  repair,
  undoCorrections,
} from "../../operations/repair.js";
import type { RepairPlan } from "../../pipelines/repair/repair.js";
import type { Hide } from "../../report/formats/redaction.js";
import type { Store } from "../../store/engine/session.js";
import { findingsText, type Opened, open, operate } from "../shell/database.js";
import type { CommonFlags } from "../shell/options.js";
import { askedScope, hideInFault, hiding, readFacts } from "../shell/reading.js";
import type { Shell } from "../shell/shell.js";
import { confirmed, printCorrections, printPlan } from "./print.js";

/** What `timeback repair` takes. */
export interface RepairFlags extends CommonFlags {
  event?: string[];
  app?: string[];
  reason?: string;
  by?: string;
  yes?: boolean;
  list?: boolean;
  undo?: string[];
  undoRun?: string;
}

const COMMAND = "repair";

/** Plans, carries out, lists or takes back, as the flags say. */
export async function runRepair(shell: Shell, email: string | undefined, flags: RepairFlags): Promise<void> {
  checkFlags(email, flags);
  if (flags.list) return listMade(shell, email, flags);
  if (flags.undo !== undefined || flags.undoRun !== undefined) return takeBack(shell, flags);
  const scope: RepairScope = { email: email ?? null, events: flags.event ?? null, apps: flags.app ?? null };
  if (flags.yes) return carryOut(shell, flags, scope, null);
  askedScope(flags, email);
  const opened = open(shell, flags);
  const [plan, hide] = await inRepair(opened, flags, (store, invocation) => planCorrections(store, scope, invocation));
  const { screen } = open(shell, flags); // looks again whether the file may be written
  await printPlan(screen, flags, hide(plan));
  if (plan.corrections.length > 0 && (await confirmed(shell, screen, flags)))
    await carryOut(shell, { ...flags, force: true }, scope, plan); // the file of the plan is ours
}

function checkFlags(email: string | undefined, { list, undo, undoRun, event, app, yes, reason }: RepairFlags): void {
  const taken = [list && "--list", undo && "--undo", undoRun !== undefined && "--undo-run"].filter(Boolean);
  if (taken.length > 1) throw new UsageError(`${taken.join(" and ")} cannot be combined: give one`);
  if (taken.length === 1 && (yes || event || app || reason !== undefined))
    throw new UsageError(`${taken[0]} takes neither --yes, --event, --app nor --reason`);
  if (taken.length === 1 && !list && email !== undefined)
    throw new UsageError(`${taken[0]} already names what to undo: leave out the email`);
}

/** Does the operation, and returns its answer with what must be done to it before it is shown. */
const inRepair = <T>(
  opened: Opened,
  flags: RepairFlags,
  work: (store: Store, invocation: Invocation) => Promise<T>,
): Promise<[answer: T, hide: Hide]> =>
  operate(opened, flags, { command: COMMAND, text: findingsText }, async (store, invocation) => {
    const hideIn = await hiding(store, flags);
    const answer = await work(store, invocation).catch(hideInFault(() => hideIn(store.db)));
    return [answer, await hideIn(store.db)];
  });

/** Carries a plan out; one that was agreed to must still be the plan. */
async function carryOut(
  shell: Shell,
  flags: RepairFlags,
  scope: RepairScope,
  agreed: RepairPlan | null,
): Promise<void> {
  const opened = open(shell, flags);
  const { by, reason } = flags;
  const [done, hide] = await inRepair(opened, flags, (store, invocation) =>
    repair(store, { ...scope, by, reason, agreed }, invocation),
  );
  await printCorrections(opened.screen, flags, {
    done: `repair: ${done.applied} of ${done.planned} corrections made in run ${done.runId}; facts ~${done.facts.updated}`,
    planned: done.planned,
    applied: done.applied,
    corrections: hide(done.corrections),
    totals: hide(done.plan.totals),
    apps: done.plan.apps,
  });
  if (done.plan.apps.some(({ heldBack }) => heldBack !== null)) shell.exitWith(ExitCode.attention);
}

async function takeBack(shell: Shell, flags: RepairFlags): Promise<void> {
  const opened = open(shell, flags);
  const undoing = flags.undoRun === undefined ? { ids: flags.undo ?? [] } : { runId: flags.undoRun };
  const [{ runId, corrections, facts }, hide] = await inRepair(opened, flags, (store, invocation) =>
    undoCorrections(store, { undoing, by: flags.by }, invocation),
  );
  await printCorrections(opened.screen, flags, {
    done: `repair: ${corrections.length} corrections undone in run ${runId}; facts ~${facts.updated}`,
    planned: corrections.length,
    applied: corrections.length,
    corrections: hide(corrections),
    totals: [],
  });
}

async function listMade(shell: Shell, email: string | undefined, flags: RepairFlags): Promise<void> {
  await readFacts(shell, flags, { command: COMMAND, email }, async ({ db, scope, screen, hide }) => {
    const corrections = await listMadeCorrections(db, scope.students);
    await printCorrections(screen, flags, {
      done: `${corrections.length} corrections, ${corrections.filter(({ state }) => state === "live").length} live`,
      planned: 0,
      applied: 0,
      corrections: hide(corrections),
      totals: [],
    });
  });
}
