/** A day with findings: the XP counted, and the XP without the confirmed inflation, as exact decimal text. */
export interface JudgedDay {
  studentId: string;
  /** Null for findings without a known day. */
  date: string | null;
  shownXp: string;
  trueXp: string;
}

/** Totals of a student's days in scope. XP as exact decimal text. */
export interface JudgedStudent {
  studentId: string;
  days: number;
  shownXp: string;
  trueXp: string;
  /** Days without findings. */
  cleanDays: number;
  cleanXp: string;
}
