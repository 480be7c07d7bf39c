/** Every kind of finding, in the order in which they should be read. docs/audit.md. */
export const FINDING_KINDS = [
  "bundled-xp",
  "double-counted",
  "orphan-fact",
  "missing-fact",
  "stale-fact",
  "duplicate-event",
  "disagreement",
  "conflict",
  "identity-conflict",
  "unreadable-xp",
  "stale-correction",
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** How certain a finding is, surest first. Only confirmed ones are corrected without being named by a person. */
export const VERDICTS = ["confirmed", "probable", "suspected"] as const;

export type Verdict = (typeof VERDICTS)[number];
