import { type RawBuilder, sql } from "kysely";
import { isoDay } from "../../engine/sql-time.js";
import { emailOf } from "../../facts/students.js";

/** The common fields of a suspicion: student, day, app, and the XP counted, as exact decimal text. */
export interface Suspect {
  studentId: string;
  email: string | null;
  date: string;
  app: string | null;
  /** XP of the expected facts of the records in question. */
  counted: string;
}

/** The columns of a Suspect. `day` is a date. */
export const suspect = (parts: Record<"student" | "day" | "app" | "counted", RawBuilder<unknown>>) => sql`
  ${parts.student} as "studentId", ${emailOf(parts.student)} as email, ${isoDay(parts.day)} as date,
  ${parts.app} as app, coalesce(${parts.counted}, 0)::text as counted`;
