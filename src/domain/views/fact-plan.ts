/** What a run would do to facts of one kind. XP as exact decimal text. */
export interface PlannedChange {
  change: "inserted" | "updated" | "deleted";
  eventType: string;
  /** Where the XP of the facts is from; null for facts of another system that do not say. */
  xpSource: string | null;
  rows: number;
  xpBefore: string;
  xpAfter: string;
}

/** One fact that a run would write or remove; XP is null where it has none, or is not there. */
export interface PlannedFact {
  change: PlannedChange["change"];
  studentId: string;
  email: string | null;
  date: string;
  factKey: string;
  xpBefore: string | null;
  xpAfter: string | null;
}

/** What a run would do to the facts: every change by kind, and the facts whose XP changes most. docs/reading.md, "Plans". */
export interface FactPlan {
  changes: PlannedChange[];
  largest: PlannedFact[];
}
