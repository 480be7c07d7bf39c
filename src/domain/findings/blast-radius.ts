/** Bundled events, exercise events, and confirmed inflation (exact decimal text) of a period of weeks. */
export interface BlastWeeks {
  /** First and last day, a Monday and a Sunday. */
  from: string;
  to: string;
  events: number;
  findings: number;
  inflation: string;
}

/** The extent of bundling by one app in one course. Amounts are exact decimal text. docs/audit.md, "Blast radius". */
export interface BlastRadius {
  /** Null if the events name no app. */
  app: string | null;
  courseId: string | null;
  course: string | null;
  firstDay: string;
  lastDay: string;
  students: number;
  findings: number;
  /** Of the confirmed findings. */
  inflation: string;
  /** The inflation over the weeks from the first day to the last. */
  perWeek: string;
  /** The app's exercise events in the course, and the fraction of them with findings. */
  events: number;
  share: string;
  weeks: readonly { week: string; findings: number; inflation: string }[];
  /** The last four full weeks of the app's events, and the four before them. */
  last: BlastWeeks;
  before: BlastWeeks;
}
