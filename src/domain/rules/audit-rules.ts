import { type MultiplierTables, multipliersFromText, STANDARD_MULTIPLIERS } from "./own-xp.js";

/** The choices of the audit; stored in the database (docs/audit.md, "Settings"). */
export interface AuditRules {
  /** A bank write without host is near an event at most so long before it. */
  bankBeforeSeconds: number;
  /** A bank write belongs to the nearest exercise at most so long before or after it. */
  hostSeconds: number;
  /** A bank write without host is late at most so long after an event. */
  bankLateSeconds: number;
  /** A twin follows the one before it at most so much later. */
  twinSeconds: number;
  /** Without attempts, a linked result is an event's own at most so far from it. */
  ownSeconds: number;
  multipliers: MultiplierTables;
}

/** The choices of a database that stores no others. */
export const STANDARD_AUDIT_RULES: AuditRules = {
  bankBeforeSeconds: 900,
  hostSeconds: 10,
  bankLateSeconds: 93_600,
  twinSeconds: 60,
  ownSeconds: 60,
  multipliers: {
    standard: multipliersFromText(STANDARD_MULTIPLIERS.standard),
    decay: multipliersFromText(STANDARD_MULTIPLIERS.decay),
  },
};
