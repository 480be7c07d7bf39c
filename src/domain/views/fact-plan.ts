/** Planned changes to facts of one kind. XP as exact decimal text. */
export interface PlannedChange {
  change: "inserted" | "updated" | "deleted";
  eventType: string;
  /** Source of the facts' XP; null for facts of another system without one. */
  xpSource: string | null;
  rows: number;
  xpBefore: string;
  xpAfter: string;
}

/** A fact that a run would write or remove; XP is null if the fact has none or does not exist. */
export interface PlannedFact {
  change: PlannedChange["change"];
  studentId: string;
  email: string | null;
  date: string;
  factKey: string;
  xpBefore: string | null;
  xpAfter: string | null;
}

/** Planned changes to the facts: counts by kind, and the facts whose XP changes most. docs/reading.md, "Plans". */
export interface FactPlan {
  changes: PlannedChange[];
  largest: PlannedFact[];
}
