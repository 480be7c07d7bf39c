import { type MultiplierTables, multipliersFromText, STANDARD_MULTIPLIERS } from "./own-xp.js";

/** Parameters of the audit, stored in the database (docs/audit.md, "Settings"). */
export interface AuditRules {
  /** Longest time from a bank write without a host to an event near it. */
  bankBeforeSeconds: number;
  /** A bank write belongs to the nearest exercise at most so long before or after it. */
  hostSeconds: number;
  /** Longest time from an event to a late bank write without a host. */
  bankLateSeconds: number;
  /** Longest time from a twin to the next. */
  twinSeconds: number;
  /** Longest time between an event and a linked result of its own, if no attempts are known. */
  ownSeconds: number;
  multipliers: MultiplierTables;
}

/** The parameters of a database that stores no others. */
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
