import { structuralChecks } from "../structural-checks.js";
import { bundledXp } from "./bundled-xp.js";
import type { Check } from "./check.js";
import { staleCorrection } from "./stale-correction.js";

/** Every check, in the order in which they are made: a later one may read what the former ones found. docs/audit.md. */
export const checks: readonly Check[] = [bundledXp, ...structuralChecks, staleCorrection];
