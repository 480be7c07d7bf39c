import { sql } from "kysely";
import { copyRow } from "../../copy/text-rows.js";
import type { Session } from "../../engine/session.js";

/** How many exercises an app has in a course on a day of the stored zone; twins are one. */
export interface ExerciseDay {
  /** Empty where the events name none. */
  app: string;
  courseId: string | null;
  /** `YYYY-MM-DD`. */
  day: string;
  exercises: number;
}

/** Makes `pg_temp.exercise_days` (`app`, `course_id`, `date`, `n`) of these. */
export async function noteExerciseDays(session: Session, days: readonly ExerciseDay[]): Promise<void> {
  await sql`create temp table exercise_days (app text collate "C", course_id text collate "C", date date, n bigint)`.execute(
    session.db,
  );
  const rows = days.map(({ app, courseId, day, exercises }) => copyRow([app, courseId, day, exercises]));
  if (rows.length > 0) await session.copyIn("pg_temp.exercise_days", ["app", "course_id", "date", "n"], rows);
}
