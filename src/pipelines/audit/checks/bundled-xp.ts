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
import type { AuditGround, Check } from "./check.js";
import { type EventClaim, namedResults, suspectOf, uncorrected } from "./suspect-event.js";
import { suspectRows } from "./suspect-rows.js";

/** Events that carry other activities' XP (docs/audit.md, "Bundled XP"). */
export const bundledXp: Check = {
  kinds: ["bundled-xp"],
  meaning: "events that carry the banked XP of other activities",
  find: findBundles,
};

async function* findBundles(ground: AuditGround) {
  const { session, rules, auditRules, students, apps } = ground;
  const { db } = session;
  await noteCalibrations(db, apps);
  const notesTwins = areNamed(students);
  const scope = notesTwins ? { rules, students } : await scopeInDoubt(ground);
  if (notesTwins) await twins.create(db);
  if (scope === null) return;
  const calibrationOf = (app: string | null): Calibration => apps.calibrations.get(app ?? "") as Calibration;
  const examination = { rules: auditRules, numbering: apps.numbering };
  for await (const page of suspectRows({
    ...{ part: ground, scope, examination, calibrationOf, notesTwins },
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
      judged.filter(bearsCorrection).flatMap(({ suspect }) => suspect.row.correction?.id ?? []),
    );
    const claims = uncorrected(judged);
    const counted = await countedResults(db, claims.flatMap(namedResults));
    yield claims.map((claim) => bundledFinding(claim, calibrationOf(claim.suspect.app), counted));
  }
}

/** The students whose reports the survey could not clear, now that it is known how the apps pay; null where there are none. */
async function scopeInDoubt({ session, rules, auditRules, students, apps }: AuditGround): Promise<RecordScope | null> {
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

/** Whether the event would be corrected today as its live correction does. What a person corrected without results asks for none. */
function bearsCorrection({ own, results, suspect }: EventClaim): boolean {
  const { correction } = suspect.row;
  if (correction === null || own === null || own !== xpFromText(correction.own)) return false;
  return correction.results.length === 0 || correction.results.toSorted().join() === results.toSorted().join();
}
