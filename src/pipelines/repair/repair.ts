import type { CorrectedTotal, ListedCorrection, PlannedApp } from "../../domain/findings/correction.js";
import { isEnoughQuiet } from "../../domain/rules/calibrate.js";
import type { Calibration } from "../../domain/rules/calibration.js";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import { eventKey } from "../../domain/values/source-keys.js";
import { sumOf, xpFromText, xpText } from "../../domain/values/xp.js";
import type { FactPlan } from "../../domain/views/fact-plan.js";
import { UsageError } from "../../errors.js";
import { listCalibrations } from "../../store/audit/calibration/calibrations.js";
import {
  type Chosen,
  type CorrectionRun,
  correctedTotals,
  holdBack,
  listCorrections,
  makeCorrections,
  markCorrected,
  planCorrections,
  plannedApps,
  plannedCorrections,
  retireCorrections,
  type Undoing,
  unknownCorrections,
  unplannedEvents,
} from "../../store/corrections/corrections.js";
import type { Session } from "../../store/engine/session.js";
import { openAffected } from "../../store/facts/affected.js";
import { deriveAffected, type FactChanges } from "../../store/facts/update-facts.js";

/** What a repair would do or has done. */
export interface RepairPlan {
  corrections: ListedCorrection[];
  /** By app, with those that are left alone. */
  apps: PlannedApp[];
  /** The students' XP before and after, the largest difference first. */
  totals: CorrectedTotal[];
  /** Changes of the facts. */
  facts: FactPlan;
}

const LARGEST = 20;
const sum = (amounts: readonly string[]): string => xpText(sumOf(amounts.map(xpFromText)));

/** Effect of corrections on the facts of their events, as a plan. */
function factPlan(corrections: readonly ListedCorrection[]): FactPlan {
  if (corrections.length === 0) return { changes: [], largest: [] };
  const change = "updated" as const;
  return {
    changes: [
      {
        change,
        eventType: "ActivityEvent",
        xpSource: "correction",
        rows: corrections.length,
        xpBefore: sum(corrections.map(({ from }) => from)),
        xpAfter: sum(corrections.map(({ to }) => to)),
      },
    ],
    largest: corrections.slice(0, LARGEST).map(({ studentId, email, date, eventId, from, to }) => ({
      change,
      studentId,
      email,
      date: date ?? "",
      factKey: eventKey(eventId),
      xpBefore: from,
      xpAfter: to,
    })),
  };
}

/** What is to be corrected, and whether nobody named a student, an event or an app. */
export interface RepairChoice extends Chosen {
  isSweeping: boolean;
}

/** Why the claims of an app are not to be carried out in a sweep; null where they are well founded. docs/repair.md. */
function doubtOf({ status, quietEvents }: Calibration): string | null {
  if (status === "presumed") return "how it pays is presumed from few events";
  return isEnoughQuiet(quietEvents) ? null : `only ${quietEvents} quiet events show how it pays`;
}

async function chosenApps({ db }: Session, isSweeping: boolean): Promise<PlannedApp[]> {
  const doubts = new Map((await listCalibrations(db)).map((calibration) => [calibration.app, doubtOf(calibration)]));
  const apps = (await plannedApps(db)).map((one) => ({
    ...one,
    heldBack: isSweeping ? (doubts.get(one.app) ?? null) : null,
  }));
  await holdBack(
    db,
    apps.filter(({ heldBack }) => heldBack !== null).map(({ app }) => app),
  );
  return apps;
}

/**
 * The corrections that the findings in the session's list ask for: of the confirmed ones, or of the named events. In a sweep
 * over all students, apps whose claims rest on few events are left alone.
 * @throws UsageError for a named event that no finding with a known own XP is about
 */
export async function planRepair(session: Session, { isSweeping, ...chosen }: RepairChoice): Promise<RepairPlan> {
  const { db } = session;
  const { events } = chosen;
  await planCorrections(db, chosen);
  const apps = await chosenApps(session, isSweeping);
  const missing = events === null ? [] : await unplannedEvents(db, events);
  if (missing.length > 0)
    throw new UsageError(
      `no finding says what the own XP of ${missing.join(", ")} is: only what the audit confirms or finds probable can be corrected`,
    );
  const corrections = await plannedCorrections(db);
  return { corrections, apps, totals: await correctedTotals(db), facts: factPlan(corrections) };
}

async function deriveCorrected({ db }: Session, rules: FactRules, { runId }: CorrectionRun): Promise<FactChanges> {
  await openAffected(db);
  await markCorrected(db, runId);
  return deriveAffected(db, rules);
}

/** Writes the planned corrections and derives the facts that they change. Call it in a run's transaction. */
export async function carryOut(
  session: Session,
  rules: FactRules,
  made: CorrectionRun,
): Promise<{ corrections: ListedCorrection[]; facts: FactChanges }> {
  await makeCorrections(session.db, made);
  const facts = await deriveCorrected(session, rules, made);
  return { corrections: await listCorrections(session.db, { runId: made.runId }), facts };
}

/**
 * Retires live corrections and derives the facts as if they had never been made. Call it in a run's transaction. Corrections undone
 * already stay so.
 * @throws UsageError for an id that is not a correction, or a run that made none
 */
export async function undo(
  session: Session,
  rules: FactRules,
  undoing: Undoing,
  made: CorrectionRun,
): Promise<{ corrections: ListedCorrection[]; facts: FactChanges }> {
  const unknown = await unknownCorrections(session.db, undoing);
  if (unknown.length > 0)
    throw new UsageError(`no correction is known as ${unknown.join(", ")}; \`timeback repair --list\` shows them`);
  await retireCorrections(session.db, undoing, made);
  const facts = await deriveCorrected(session, rules, made);
  return { corrections: await listCorrections(session.db, { runId: made.runId }), facts };
}
