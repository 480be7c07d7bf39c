import { lifts } from "../../domain/rules/calibrate.js";
import type { Calibration } from "../../domain/rules/calibration.js";

const ROUNDED = { round: "rounded", ceil: "rounded up", none: "not rounded" } as const;

const roundings = ({ roundings: kept }: Calibration): string =>
  kept.length === 0 ? "" : `, ${kept.map((rounding) => ROUNDED[rounding]).join(" or ")}`;

/** How an app pays, as one sentence for people (docs/audit.md, "Calibration"). */
export const calibrationLine = (calibration: Calibration): string =>
  [paymentLine(calibration), ...bonusLine(calibration)].join(" ");

/** That more XP is no sign of bundling, where the app pays it as often when nothing was banked. docs/audit.md, "What must also hold". */
function bonusLine({ lift, ownResultLift }: Partial<Calibration>): string[] {
  const bonus = [ownResultLift, lift].find((one) => one !== undefined && !lifts(one)); // findings of earlier rules have none
  if (bonus === undefined) return [];
  const { overpaid, quiet, explained, banked } = bonus;
  return [
    `It pays more than that in ${overpaid} of ${quiet} events without banked XP near them, and in ${explained} of ${banked} with it: that looks like a bonus, and proves no bundle.`,
  ];
}

function paymentLine(calibration: Calibration): string {
  const { app, status, quietEvents, quietExplained, events, eventsExplained } = calibration;
  const name = app || "(no app)";
  const explains =
    quietEvents > 0
      ? `explains ${quietExplained} of ${quietEvents} events without banked XP near them`
      : `explains ${eventsExplained} of ${events} events`;
  if (status === "holds")
    return `${name} pays base XP times the multiplier${roundings(calibration)}: ${quietExplained} of ${quietEvents} events without banked XP near them confirm it.`;
  if (status === "presumed")
    return `${name} appears to pay base XP times the multiplier${roundings(calibration)}, based on few events: it explains ${eventsExplained} of ${events}.`;
  if (status === "void")
    return `${name} uses its own formula: base XP times the multiplier ${explains}, so it is not used as evidence.`;
  return `${name}: too few events to tell how it pays (base XP times the multiplier ${explains}).`;
}
