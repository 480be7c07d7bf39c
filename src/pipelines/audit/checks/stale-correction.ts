import { type Finding, findingId } from "../../../domain/findings/finding.js";
import { xpNumber } from "../../../domain/values/json-text.js";
import { type StaleCorrectionRow, staleCorrections } from "../../../store/corrections/stale-corrections.js";
import type { AuditContext, Check } from "./check.js";

/** Corrections that the audit would not make today; they stay in force (docs/repair.md, "When the ground moves"). */
export const staleCorrection: Check = {
  kinds: ["stale-correction"],
  meaning: "corrections whose ground has moved",
  find: findStale,
};

async function* findStale({ session, students }: AuditContext) {
  for await (const page of staleCorrections(session.db, students)) yield page.map(findingOf);
}

function findingOf(row: StaleCorrectionRow): Finding {
  const counted = row.counted ?? "0";
  return {
    id: findingId("stale-correction", row.studentId, [row.correctionId]),
    kind: "stale-correction",
    verdict: "suspected",
    studentId: row.studentId,
    email: row.email,
    date: row.date,
    app: row.app,
    summary: `${row.activityName ?? row.eventId}: corrected to ${row.own} XP, which the audit would not do today; the correction stays in force until it is undone`,
    counted,
    truth: counted,
    inflation: "0",
    pending: false,
    particulars: { eventId: row.eventId, correctionId: row.correctionId },
    evidence: {
      reportedXp: xpNumber(row.reported),
      ownXp: xpNumber(row.own),
      excessXp: xpNumber(row.excess),
      results: row.results,
      madeBy: row.madeBy,
      madeAt: row.madeAt,
      runId: row.runId,
    },
  };
}
