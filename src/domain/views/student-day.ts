/** A name and an exact amount as decimal text. In lists, as the members of an object would lose their order. */
export interface Amount {
  name: string;
  value: string;
}

/** One student's day. Numbers are exact decimal text; an empty sum is 0. docs/reading.md. */
export interface StudentDay {
  studentId: string;
  email: string | null;
  date: string;
  xp: string;
  activeSeconds: string;
  inactiveSeconds: string;
  wasteSeconds: string;
  totalQuestions: string;
  correctQuestions: string;
  masteredUnits: string;
  /** XP of the facts that report XP, by subject and by app, in C order of the names. */
  bySubject: readonly Amount[];
  byApp: readonly Amount[];
}

/** The days of one student together. */
export interface StudentTotal
  extends Pick<StudentDay, "studentId" | "xp" | "activeSeconds" | "totalQuestions" | "correctQuestions"> {
  days: number;
}
