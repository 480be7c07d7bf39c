import type { ListedCorrection } from "../domain/findings/correction.js";
import { WorkError } from "../errors.js";
import { carryOut, planRepair, type RepairPlan, undo } from "../pipelines/repair/repair.js";
import { listCorrections, type Undoing } from "../store/corrections/corrections.js";
import type { Db, Session, Store } from "../store/engine/session.js";
import { inDraft } from "../store/engine/snapshot.js";
import { inTransaction } from "../store/engine/transactions.js";
import type { FactChanges } from "../store/facts/update-facts.js";
import { withRun } from "../store/runs/runs.js";
import { factRules } from "../store/runs/settings.js";
import { auditEverything } from "./audit.js";
import { findStudents } from "./find-students.js";
import { type Invocation, runRequest } from "./invocation.js";

const COMMAND = "repair";

/** Whose events are corrected. */
export interface RepairScope {
  /** The students behind this email; null is everybody. */
  email: string | null;
  /** Only these events, also where the audit finds them no more than probable; null is what it confirms. */
  events: readonly string[] | null;
  /** Only these apps, also where few events show how they pay; null is all that are well known. */
  apps?: readonly string[] | null | undefined;
}

/** Who corrects, and why; the user of the caller where nobody is named. */
export interface RepairHand {
  by?: string | undefined;
  reason?: string | undefined;
}

/** A repair that is to be carried out. */
export interface RepairRequest extends RepairScope, RepairHand {
  /** The plan that was confirmed: if the audit now yields another one, nothing is written. */
  agreed?: RepairPlan | null | undefined;
}

/** What a repair or its undoing did. */
export interface RepairAnswer {
  runId: string;
  corrections: ListedCorrection[];
  facts: FactChanges;
}

/** Audits, and says which corrections the findings call for and what they do to the facts. Changes nothing. @throws UsageError; WorkError */
export const planCorrections = (store: Store, scope: RepairScope, invocation: Invocation) =>
  inDraft(store, (session) => planned(session, scope, invocation));

async function planned(
  session: Session,
  { email, events, apps = null }: RepairScope,
  invocation: Invocation,
): Promise<RepairPlan> {
  await auditEverything(session, await findStudents(session.db, email), invocation);
  return planRepair(session, { events, apps, isSweeping: email === null && events === null && apps === null });
}

/** One writing run, all of it in one transaction. */
const inRepairRun = <T>(
  store: Store,
  invocation: Invocation,
  work: (session: Session, runId: string) => Promise<T>,
): Promise<T & { runId: string }> =>
  withRun(store, runRequest(COMMAND, invocation), async ({ session, runId }) => ({
    ...(await inTransaction(session, (inside) => work(inside, runId))),
    runId,
  }));

/**
 * Corrects bundled events to their own XP, with their facts, in one transaction. A correction is a row of its own: the event
 * stays as it came, and `undoCorrections` leaves the facts as if it had never been made.
 * @throws UsageError for an unknown email or event; WorkError where the plan is not the agreed one any more; LockedError
 */
export const repair = (store: Store, { by, reason, agreed = null, ...scope }: RepairRequest, invocation: Invocation) =>
  inRepairRun(store, invocation, async (session, runId) => {
    const plan = await planned(session, scope, invocation);
    if (agreed !== null && idsOf(plan) !== idsOf(agreed))
      throw new WorkError(
        "what is landed has changed since the plan was printed: nothing was written; look at it again",
      );
    const hand = handOf(runId, { by, reason }, invocation);
    const made = await carryOut(session, await factRules(session.db, {}), hand);
    return { plan, planned: plan.corrections.length, applied: made.corrections.length, ...made };
  });

/** Takes corrections back, with their facts, in one transaction. @throws UsageError for an unknown correction or run; LockedError; WorkError */
export const undoCorrections = (
  store: Store,
  { undoing, ...hand }: RepairHand & { undoing: Undoing },
  invocation: Invocation,
): Promise<RepairAnswer> =>
  inRepairRun(store, invocation, async (session, runId) => {
    const rules = await factRules(session.db, {});
    const undone = await undo(session, rules, undoing, handOf(runId, hand, invocation));
    return { undone: undone.corrections.length, ...undone };
  });

/** The corrections that were made, undone ones too. */
export const listMadeCorrections = (db: Db, students: readonly string[] | null): Promise<ListedCorrection[]> =>
  listCorrections(db, { students });

const handOf = (runId: string, { by, reason = undefined }: RepairHand, { caller }: Invocation) => ({
  runId,
  by: by ?? caller.user,
  reason: reason ?? null,
});

const idsOf = ({ corrections }: RepairPlan): string => corrections.map(({ id }) => id).join();
