/** Every metric that a fact reads. */
type Metric =
  | "xp"
  | "totalQuestions"
  | "correctQuestions"
  | "masteredUnits"
  | "active"
  | "inactive"
  | "waste"
  | "unknown"
  | "antiPattern";

/** The fields of a Caliper event that the check reads. docs/caliper.md, "What is kept". */
export interface CheckedEvent {
  eventId: string;
  eventType: "ActivityEvent" | "TimeSpentEvent";
  actor: { segment: string | null; looksLikeUser: boolean; email: string | null };
  /** Instant in UTC with microseconds. */
  occurredAt: string;
  activityKey: string | null;
  objectSlug: string | null;
  app: string | null;
  courseId: string | null;
  activityName: string | null;
  attempt: number | null;
  /** Exact decimal text; null = not reported. */
  metrics: Readonly<Record<Metric, string | null>>;
}

/** One record of a file: an event, skipped or rejected. */
export type CheckedRecord =
  | { kind: "event"; line: number; event: CheckedEvent }
  | { kind: "skipped"; line: number }
  | { kind: "rejected"; line: number; code: string; reason: string };

/** The records of one file, in batches. */
export interface RecordFile {
  file: string;
  records: AsyncIterable<readonly CheckedRecord[]>;
}

/** A row of a OneRoster table, as text by column; blank cells are absent. */
export type SourceRow = ReadonlyMap<string, string>;

/** Tables of evidence, in the order in which the check needs them. */
export const EVIDENCE_TABLES = [
  "users",
  "resources",
  "course_components",
  "component_resources",
  "assessment_line_items",
  "assessment_results",
] as const;

export type EvidenceTable = (typeof EVIDENCE_TABLES)[number];

/** The rows of one table. */
export interface SourceRows {
  table: EvidenceTable;
  rows: AsyncIterable<SourceRow>;
}
