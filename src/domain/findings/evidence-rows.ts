/** A landed event. */
export interface RawEvent {
  eventId: string;
  studentId: string;
  landedRun: string;
  /** The JSON text as received. */
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

/** A result with every distinct reading, the current one last. Amounts are decimal text. */
export interface RawResult {
  sourcedId: string;
  studentId: string;
  lineItemId: string;
  activityId: string;
  /** Whether it may count: active, not vanished, not of a child line item. */
  linkable: boolean;
  /** Whether its score date is a day without a time. */
  ofDay: boolean;
  totalQuestions: string | null;
  correctQuestions: string | null;
  metadata: string | null;
  readings: ResultReading[];
}

/** A landed resource. Amounts are decimal text. */
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

/** The rows that a finding is based on. docs/evidence.md. */
export interface RawRows {
  events: RawEvent[];
  results: RawResult[];
  resources: RawResource[];
  facts: RawFact[];
}
