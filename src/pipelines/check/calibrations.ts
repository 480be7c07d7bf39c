import { type AppCounts, CountsByApp, calibrate, count, isEnough, leavesOpen } from "../../domain/rules/calibrate.js";
import type { Calibration } from "../../domain/rules/calibration.js";
import { explainedBy, tells } from "../../domain/rules/explaining-formulas.js";
import type { CheckedSuspect } from "./suspects.js";

const amountsOf = (banks: CheckedSuspect["near"]) => banks.map(({ xp }) => xp);

function countQuiet(apps: CountsByApp, suspects: Iterable<CheckedSuspect>): void {
  for (const suspect of suspects) {
    const { quiet } = apps.of(suspect.app ?? "");
    if (suspect.isQuiet && tells(suspect)) count(quiet, explainedBy(suspect, []), 1);
  }
}

/** Looks again at the events of an app whose quiet ones are few, or leave something open. */
function countBanked({ banked, all }: AppCounts, suspect: CheckedSuspect, few: boolean): void {
  const near = amountsOf(suspect.near);
  if (near.length > 0) count(banked, explainedBy(suspect, near), 1);
  if (few) count(all, explainedBy(suspect, [...near, ...amountsOf(suspect.late)]), 1);
}

/** Asks all suspects of each app how it pays (docs/audit.md, "Calibration"); the app without a name is "". They are gone through twice. */
export function calibrations(suspects: () => Iterable<CheckedSuspect>): Map<string, Calibration> {
  const apps = new CountsByApp();
  countQuiet(apps, suspects());
  const few = new Set([...apps].filter(([, { quiet }]) => !isEnough(quiet)).map(([app]) => app));
  const open = new Set([...apps].filter(([, counts]) => leavesOpen(counts)).map(([app]) => app));
  for (const suspect of suspects()) {
    const app = suspect.app ?? "";
    if (tells(suspect) && (few.has(app) || open.has(app))) countBanked(apps.of(app), suspect, few.has(app));
  }
  return new Map([...apps].map(([app, counts]) => [app, calibrate(app === "" ? null : app, counts)]));
}
