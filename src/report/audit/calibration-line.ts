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
    return `${name} pays base XP times the multiplier${roundings(calibration)}: proven by ${quietExplained} of ${quietEvents} events without banked XP near them.`;
  if (status === "presumed")
    return `${name} pays base XP times the multiplier${roundings(calibration)}, as far as the few events show: it explains ${eventsExplained} of ${events}.`;
  if (status === "void")
    return `${name} pays by rules of its own: base XP times the multiplier ${explains}, and proves nothing there.`;
  return `${name}: too few events to know how it pays (base XP times the multiplier ${explains}).`;
}
