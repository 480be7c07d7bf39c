import { isInnocent, judgeStudent } from "../../../domain/rules/bundling.js";
import type { Calibration } from "../../../domain/rules/calibration.js";
import { reportFrom } from "../../../domain/rules/judging/reports.js";
import { xpFromText } from "../../../domain/values/xp.js";
import { addUnclear, listDoubtful, studentsInDoubt } from "../../../store/audit/bundling/doubtful-events.js";
import type { RecordScope } from "../../../store/audit/bundling/student-records.js";
import { countedResults } from "../../../store/audit/bundling/suspect-details.js";
import { twins } from "../../../store/audit/bundling/twins.js";
import { noteCalibrations } from "../../../store/audit/calibration/calibrations.js";
import { addConfirmed } from "../../../store/corrections/stale-corrections.js";
import { areNamed } from "../../../store/facts/student-selection.js";
import { bundledFinding } from "./bundled-finding.js";
import type { AuditContext, Check } from "./check.js";
import { type EventClaim, namedResults, suspectOf, uncorrected } from "./suspect-event.js";
import { suspectRows } from "./suspect-rows.js";

/** Events that carry other activities' XP (docs/audit.md, "Bundled XP"). */
export const bundledXp: Check = {
  kinds: ["bundled-xp"],
  meaning: "events that carry the banked XP of other activities",
  find: findBundles,
};

async function* findBundles(context: AuditContext) {
  const { session, rules, auditRules, students, apps } = context;
  const { db } = session;
  await noteCalibrations(db, apps);
  const notesTwins = areNamed(students);
  const scope = notesTwins ? { rules, students } : await scopeInDoubt(context);
  if (notesTwins) await twins.create(db);
  if (scope === null) return;
  const calibrationOf = (app: string | null): Calibration => apps.calibrations.get(app ?? "") as Calibration;
  const examination = { rules: auditRules, numbering: apps.numbering };
  for await (const page of suspectRows({
    ...{ part: context, scope, examination, calibrationOf, notesTwins },
    multiples: apps.multiples,
  })) {
    const judged = page.flatMap((rows) =>
      judgeStudent(
        rows.map((row) => suspectOf(row, auditRules.multipliers)),
        calibrationOf,
      ),
    );
    await addConfirmed(
      session,
      judged.filter(confirmsCorrection).flatMap(({ suspect }) => suspect.row.correction?.id ?? []),
    );
    const claims = uncorrected(judged);
    const counted = await countedResults(db, claims.flatMap(namedResults));
    yield claims.map((claim) => bundledFinding(claim, calibrationOf(claim.suspect.app), counted));
  }
}

/** The students with a report that their app's calibration does not clear; null if there are none. */
async function scopeInDoubt({ session, rules, auditRules, students, apps }: AuditContext): Promise<RecordScope | null> {
  let any = false;
  for await (const page of listDoubtful(session.db)) {
    const unclear = page.filter(({ app, report }) => {
      const calibration = apps.calibrations.get(app) as Calibration;
      return !isInnocent(reportFrom(report, auditRules.multipliers), calibration);
    });
    await addUnclear(session, unclear);
    any ||= unclear.length > 0;
  }
  return any ? { rules, students, only: studentsInDoubt } : null;
}

/** Whether the claim agrees with the event's live correction; one that names no results need only agree in own XP. */
function confirmsCorrection({ own, results, suspect }: EventClaim): boolean {
  const { correction } = suspect.row;
  if (correction === null || own === null || own !== xpFromText(correction.own)) return false;
  return correction.results.length === 0 || correction.results.toSorted().join() === results.toSorted().join();
}
