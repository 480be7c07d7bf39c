import type { ListedFinding } from "./listed-finding.js";

/** An audit of everybody that was stored. XP as exact decimal text, instants ISO text. docs/audit.md, "Findings that last". */
export interface StoredAudit {
  runId: string;
  /** Audits count up from 1, in the order in which they were stored. */
  number: number;
  finishedAt: string;
  ruleVersion: string;
  confirmed: number;
  probable: number;
  suspected: number;
  inflationXp: string;
}

/** What became of a finding between two audits; in the order in which they are listed. */
export const FINDING_STATES = ["new", "fixed", "open"] as const;

export type FindingState = (typeof FINDING_STATES)[number];

/** A finding of two audits: as the later one says it, or the former one where it is fixed. */
export interface ComparedFinding extends ListedFinding {
  state: FindingState;
  /** What the former audit said; null where it did not have the finding. */
  formerVerdict: string | null;
  formerInflation: string | null;
}

/** A stored finding, and the audits that have it. */
export interface StoredFinding extends ListedFinding {
  firstAudit: StoredAudit;
  lastAudit: StoredAudit;
  /** Whether the newest audit has it. */
  isOpen: boolean;
}
