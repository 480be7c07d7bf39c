import type { Rates } from "../../pipelines/simulate/options.js";

/** Every rate with its default and what it is the rate of. The flag is its name in kebab case, with `-rate`. */
export const simulationRates: Readonly<Record<keyof Rates, readonly [number, string]>> = {
  bundle: [0.6, "exercises of bundling apps that include the banked XP"],
  partial: [0.2, "bundles that include only part of it"],
  late: [0.06, "sessions banked minutes to hours after the event"],
  early: [0.1, "sessions banked up to 14 minutes before the event"],
  failedBank: [0.01, "bundles with a failed bank write"],
  missingReason: [0.15, "bank writes without xpReason, after the first dump"],
  quiz: [0.2, "sessions with a quiz"],
  retake: [0.15, "exercises taken again"],
  overlap: [0.1, "sessions that overlap with another course"],
  decoy: [0.1, "honest sessions that look bundled"],
  penalty: [0.03, "sessions that cost XP"],
  twin: [0.02, "events sent again under another id"],
  retry: [0.03, "events sent again under the same id"],
  conflict: [0.01, "ids sent again with different XP"],
  lateArrival: [0.05, "events that arrive up to three days late"],
  deletion: [0.02, "results that are deleted"],
  correction: [0.03, "results corrected by hand"],
  missingCourse: [0.08, "events and results that do not name their course"],
};

/** The names of all rates. */
export const rateNames = Object.keys(simulationRates) as (keyof Rates)[];
