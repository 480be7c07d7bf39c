/** A day with findings: what the facts show, and what is left without the confirmed inflation. XP as exact decimal text. */
export interface JudgedDay {
  studentId: string;
  /** Null for findings that no day is known of. */
  date: string | null;
  shownXp: string;
  trueXp: string;
}

/** A student's days in scope, together. XP as exact decimal text. */
export interface JudgedStudent {
  studentId: string;
  days: number;
  shownXp: string;
  trueXp: string;
  /** Of the days without findings. */
  cleanDays: number;
  cleanXp: string;
}
