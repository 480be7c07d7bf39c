import type { ListedFinding } from "./listed-finding.js";

/** A stored audit of all students. XP as exact decimal text, instants ISO text. docs/audit.md, "Findings that last". */
export interface StoredAudit {
  runId: string;
  /** Audits are numbered from 1, in the order in which they were stored. */
  number: number;
  finishedAt: string;
  ruleVersion: string;
  confirmed: number;
  probable: number;
  suspected: number;
  inflationXp: string;
}

/** The state of a finding between two audits, in listing order. */
export const FINDING_STATES = ["new", "fixed", "open"] as const;

export type FindingState = (typeof FINDING_STATES)[number];

/** A finding of either of two audits, as in the later one, or in the earlier one if it is fixed. */
export interface ComparedFinding extends ListedFinding {
  state: FindingState;
  /** The verdict of the earlier audit; null if it lacked the finding. */
  formerVerdict: string | null;
  formerInflation: string | null;
}

/** A stored finding, and the audits that contain it. */
export interface StoredFinding extends ListedFinding {
  firstAudit: StoredAudit;
  lastAudit: StoredAudit;
  /** Whether the newest audit contains it. */
  isOpen: boolean;
}
