import type { Xp } from "../values/xp.js";
import { lifts } from "./calibrate.js";
import type { Calibration } from "./calibration.js";
import type { BundleRule, OwnEvidence, Suspect } from "./suspect.js";

/** What is known of a suspect before its banked XP is looked at. */
export interface Judged<S extends Suspect> {
  suspect: S;
  calibration: Calibration;
  /** What the kept formulas allow, and whether the event's XP is that, or a multiple of it that was paid on its day. */
  allowed: readonly Xp[];
  isAllowed: boolean;
  evidence: OwnEvidence;
  ownValues: readonly Xp[];
}

/** Why a claim is not confirmed: the rule that it has instead, or that the app does not bundle (`no-lift`). */
type Doubt = Extract<BundleRule, "formula-unsure" | "day-multiple" | "base-later"> | "no-lift";

/** Why what is known of an event's own XP proves no bundle; null where it does. docs/audit.md, "What must also hold". */
export function doubtOf(judged: Judged<Suspect>): Doubt | null {
  const { evidence, calibration, ownValues, allowed } = judged;
  if (evidence !== "own-result") return doubtOfFormula(judged);
  if (lifts(calibration.ownResultLift)) return null;
  const isOfFormula = ownValues.every((own) => allowed.includes(own));
  return isOfFormula && doubtOfFormula(judged) === null ? null : "no-lift";
}

/** Why the formula proves nothing of an event's own XP; null where it does. */
function doubtOfFormula({ calibration, suspect }: Judged<Suspect>): Doubt | null {
  if (calibration.status !== "holds" && calibration.status !== "presumed") return "formula-unsure";
  if (!lifts(calibration.lift)) return "no-lift";
  if (!suspect.isBaseKnown) return "base-later";
  return suspect.multiples.length > 0 ? "day-multiple" : null;
}

const SOME_BANKED = 5;

/** Whether the app may bundle: it does not where XP was banked beside several events, and made up the rest of none. */
export function mayBundle({ evidence, calibration: { lift, ownResultLift } }: Judged<Suspect>): boolean {
  const { banked, explained } = evidence === "own-result" ? ownResultLift : lift;
  return explained > 0 || banked < SOME_BANKED;
}
