import type { Session } from "../../engine/session.js";
import { exerciseDays } from "../bundling/exercise-days.js";
import { freshCounts } from "../calibration/cache.js";
import { sessionFindings } from "./finding-columns.js";

const OTHERS = { exercise_days: exerciseDays, fresh_counts: freshCounts };

/** Adds another session's findings about other students to this session's, and its rows of these other tables. */
export async function joinAudits(
  session: Session,
  second: Session,
  others: Readonly<Record<keyof typeof OTHERS, boolean>>,
): Promise<void> {
  await sessionFindings.addFrom(session, second);
  for (const [name, table] of Object.entries(OTHERS))
    if (others[name as keyof typeof OTHERS]) await table.addFrom(session, second);
}
