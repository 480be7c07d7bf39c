/** Every kind of finding, in the order in which people should read them. docs/audit.md. */
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

/** How sure a finding is, the surest first. Only confirmed ones are ever corrected without a person naming them. */
export const VERDICTS = ["confirmed", "probable", "suspected"] as const;

export type Verdict = (typeof VERDICTS)[number];
