import type { Session } from "../../engine/session.js";
import { exerciseDays } from "../bundling/exercise-days.js";
import { freshCounts } from "../calibration/cache.js";
import { sessionFindings } from "./finding-columns.js";

const OTHERS = { exercise_days: exerciseDays, fresh_counts: freshCounts };

/** Adds what another connection found about other students to the session's findings, and to these other tables. */
export async function joinAudits(
  session: Session,
  beside: Session,
  others: Readonly<Record<keyof typeof OTHERS, boolean>>,
): Promise<void> {
  await sessionFindings.addFrom(session, beside);
  for (const [name, table] of Object.entries(OTHERS))
    if (others[name as keyof typeof OTHERS]) await table.addFrom(session, beside);
}
