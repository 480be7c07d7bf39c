import { bundledXp } from "./bundled-xp.js";
import type { Check } from "./check.js";
import { staleCorrection } from "./stale-correction.js";
import { structuralChecks } from "./structural-checks.js";

/**
 * Every check, in rounds: those of a round may read what the rounds before it found, and nothing of each other. docs/audit.md.
 */
export const rounds: readonly (readonly Check[])[] = [[bundledXp], structuralChecks, [staleCorrection]];

/** Every check, in the order in which they are made. */
export const checks: readonly Check[] = rounds.flat();
