import type { Session } from "../../engine/session.js";
import { FINDING_COLUMNS } from "./findings.js";

const OTHERS = {
  exercise_days: ["app", "course_id", "date", "n"],
  fresh_counts: ["student_id", "counts"],
} as const;

/** Adds what another connection found about other students to the session's findings, and to these other tables. */
export async function joinAudits(
  session: Session,
  beside: Session,
  others: Readonly<Record<keyof typeof OTHERS, boolean>>,
): Promise<void> {
  const tables = Object.entries(OTHERS).filter(([table]) => others[table as keyof typeof OTHERS]);
  for (const [table, columns] of [["findings", FINDING_COLUMNS] as const, ...tables]) {
    const rows = beside.copyOut(`select ${columns.join(", ")} from pg_temp.${table}`);
    await session.copyIn(`pg_temp.${table}`, columns, rows);
  }
}
