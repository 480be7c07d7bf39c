import type { Calibration } from "../../domain/rules/calibration.js";

const ROUNDED = { round: "rounded", ceil: "rounded up", none: "not rounded" } as const;

const roundings = ({ roundings: kept }: Calibration): string =>
  kept.length === 0 ? "" : `, ${kept.map((rounding) => ROUNDED[rounding]).join(" or ")}`;

/** How an app pays, as one sentence for people (docs/audit.md, "Calibration"). */
export function calibrationLine(calibration: Calibration): string {
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
