/** An event as it was landed. */
export interface RawEvent {
  eventId: string;
  studentId: string;
  landedRun: string;
  /** The JSON text that arrived. */
  payload: string;
}

/** One reading of a result. Amounts are decimal text, instants ISO text. */
export interface ResultReading {
  version: number;
  modified: string | null;
  status: string | null;
  vanished: boolean;
  scoreDate: string;
  endedAt: string | null;
  completedAt: string | null;
  xp: string | null;
  /** When a reading first showed this XP, by its `date_last_modified`. */
  xpSince: string | null;
  multiplier: string | null;
  attempt: number | null;
  xpReason: string | null;
}

/** A result with every reading that differed, the last one being what stands now. Amounts are decimal text. */
export interface RawResult {
  sourcedId: string;
  studentId: string;
  lineItemId: string;
  activityId: string;
  /** Whether it may count: active, not vanished, of no child line item. */
  linkable: boolean;
  /** Whether its score date is a day without time. */
  ofDay: boolean;
  totalQuestions: string | null;
  correctQuestions: string | null;
  metadata: string | null;
  readings: ResultReading[];
}

/** A resource as it was landed. Amounts are decimal text. */
export interface RawResource {
  sourcedId: string;
  title: string | null;
  xp: string | null;
  activityType: string | null;
  resourceType: string | null;
  /** When a reading first showed this XP, by its `date_last_modified`, and what it was before. */
  xpSince: string | null;
  earlier: { xp: string | null; since: string | null }[];
}

/** A stored fact. Amounts are decimal text. */
export interface RawFact {
  factKey: string;
  date: string;
  app: string | null;
  xpEarned: string | null;
  xpSource: string | null;
  linkRule: string | null;
  sources: string[];
}

/** The rows that a finding was made from. docs/evidence.md. */
export interface RawRows {
  events: RawEvent[];
  results: RawResult[];
  resources: RawResource[];
  facts: RawFact[];
}
