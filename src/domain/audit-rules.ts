import type { MultiplierTables } from "./own-xp.js";

/** The choices of the audit; stored in the database (docs/audit.md, "Settings"). */
export interface AuditRules {
  /** A bank write without host is near an event at most so long before it. */
  bankBeforeSeconds: number;
  /** A bank write belongs to an exercise at most so long before it. */
  hostSeconds: number;
  /** A bank write without host is late at most so long after an event. */
  bankLateSeconds: number;
  /** A twin follows the one before it at most so much later. */
  twinSeconds: number;
  /** Without attempts, a linked result is an event's own at most so far from it. */
  ownSeconds: number;
  multipliers: MultiplierTables;
}
