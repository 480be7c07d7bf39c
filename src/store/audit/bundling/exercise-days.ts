import type { Session } from "../../engine/session.js";
import { BYTES, tempTable } from "../../engine/temp-table.js";

/** Number of an app's exercises in a course on a day of the stored zone; twins count once. */
export interface ExerciseDay {
  /** Empty if the events name none. */
  app: string;
  courseId: string | null;
  /** `YYYY-MM-DD`. */
  day: string;
  exercises: number;
}

/** Exercise days of all students; `app` is empty if the events name none. */
export const exerciseDays = tempTable("exercise_days", { app: BYTES, course_id: BYTES, date: "date", n: "bigint" });

/** Creates `exerciseDays` with these rows. */
export async function noteExerciseDays(session: Session, days: readonly ExerciseDay[]): Promise<void> {
  await exerciseDays.create(session.db);
  await exerciseDays.add(
    session,
    days.map(({ app, courseId, day, exercises }) => ({ app, course_id: courseId, date: day, n: exercises })),
  );
}
