import type { Check } from "./check.js";
import { standingFacts } from "./standing-facts.js";

/** Every check but that of bundled XP, which must run first: disagreements leave out what it explains. */
export const structuralChecks: readonly Check[] = [standingFacts];
