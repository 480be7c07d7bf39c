import type { Check } from "./check.js";
import { conflict } from "./conflict.js";
import { disagreement } from "./disagreement.js";
import { duplicateEvent } from "./duplicate-event.js";
import { identityConflict } from "./identity-conflict.js";
import { standingFacts } from "./standing-facts.js";
import { unclearXp } from "./unclear-xp.js";

/** Every check but that of bundled XP, which must be made first: disagreements leave out what it explains. */
export const structuralChecks: readonly Check[] = [
  standingFacts,
  duplicateEvent,
  disagreement,
  conflict,
  identityConflict,
  unclearXp,
];
