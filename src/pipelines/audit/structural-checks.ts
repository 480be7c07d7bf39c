import type { Check } from "./checks/check.js";
import { conflict } from "./checks/conflict.js";
import { disagreement } from "./checks/disagreement.js";
import { duplicateEvent } from "./checks/duplicate-event.js";
import { factIntegrity } from "./checks/fact-integrity.js";
import { identityConflict } from "./checks/identity-conflict.js";
import { unreadableXp } from "./checks/unreadable-xp.js";

/** Every check except bundled XP, which must run first: disagreements leave out what it explains. */
export const structuralChecks: readonly Check[] = [
  factIntegrity,
  duplicateEvent,
  disagreement,
  conflict,
  identityConflict,
  unreadableXp,
];
