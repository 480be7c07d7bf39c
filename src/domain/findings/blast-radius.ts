/** What happened in some weeks: bundled events among exercise events, and their confirmed inflation (exact decimal text). */
export interface BlastWeeks {
  /** First and last day, a Monday and a Sunday. */
  from: string;
  to: string;
  events: number;
  findings: number;
  inflation: string;
}

/** How far the bundling of one app reaches in one course. Amounts are exact decimal text. docs/audit.md, "Blast radius". */
export interface BlastRadius {
  /** Null where the events name none. */
  app: string | null;
  courseId: string | null;
  course: string | null;
  firstDay: string;
  lastDay: string;
  students: number;
  findings: number;
  /** Of the confirmed ones. */
  inflation: string;
  /** The inflation over the weeks from the first day to the last. */
  perWeek: string;
  /** The app's exercise events in the course, and the share that the findings are of them. */
  events: number;
  share: string;
  weeks: readonly { week: string; findings: number; inflation: string }[];
  /** The last four full weeks of the app's events, and the four before them. */
  last: BlastWeeks;
  before: BlastWeeks;
}
