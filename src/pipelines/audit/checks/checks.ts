import { structuralChecks } from "../structural-checks.js";
import { bundledXp } from "./bundled-xp.js";
import type { Check } from "./check.js";
import { staleCorrection } from "./stale-correction.js";

/** Every check, in execution order: a later one may read the findings of earlier ones. docs/audit.md. */
export const checks: readonly Check[] = [bundledXp, ...structuralChecks, staleCorrection];
