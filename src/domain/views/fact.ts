/** A live fact: the columns of processed_facts, without the instants at which they were written. Numbers are exact decimal text. docs/facts.md. */
export interface ListedFact {
  studentId: string;
  factKey: string;
  eventType: string;
  email: string | null;
  /** ISO 8601, UTC, milliseconds. */
  occurredAt: string;
  date: string;
  timeZone: string;
  subject: string | null;
  app: string | null;
  courseId: string | null;
  activityId: string | null;
  courseName: string | null;
  activityName: string | null;
  attempt: string | null;
  runId: string | null;
  xpEarned: string | null;
  totalQuestions: string | null;
  correctQuestions: string | null;
  masteredUnits: string | null;
  activeSeconds: string | null;
  inactiveSeconds: string | null;
  wasteSeconds: string | null;
  unknownSeconds: string | null;
  antiPatternSeconds: string | null;
  xpSource: string | null;
  linkRule: string | null;
  correctionId: string | null;
  sources: readonly string[];
}
