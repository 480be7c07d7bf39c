import { type RawBuilder, sql } from "kysely";

/** The head of a finding that only suspects: about whom and when, and what counts now. XP as exact decimal text. */
export interface Suspect {
  studentId: string;
  email: string | null;
  date: string;
  app: string | null;
  /** XP of the facts that are called for by the records in question. */
  counted: string;
}

/** The email that all facts of a student carry (docs/facts.md, "Students"). */
const emailOf = (student: RawBuilder<unknown>): RawBuilder<unknown> => sql`coalesce(
  (select u.email from timeback.users u where u.sourced_id = ${student}),
  (select min(a.email collate "C") from timeback.caliper_actors a where a.student_id = ${student}))`;

/** The columns of a Suspect. `day` is a date. */
export const suspect = (parts: Record<"student" | "day" | "app" | "counted", RawBuilder<unknown>>) => sql`
  ${parts.student} as "studentId", ${emailOf(parts.student)} as email, to_char(${parts.day}, 'YYYY-MM-DD') as date,
  ${parts.app} as app, coalesce(${parts.counted}, 0)::text as counted`;
