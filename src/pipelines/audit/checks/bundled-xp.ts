import { isInnocent, judgeStudent } from "../../../domain/rules/bundling.js";
import type { Calibration } from "../../../domain/rules/calibration.js";
import type { MultiplierTables } from "../../../domain/rules/own-xp.js";
import { xpFromText } from "../../../domain/values/xp.js";
import { addSuspects, listReadings } from "../../../store/audit/bundling/event-signatures.js";
import {
  countedResults,
  gatherSuspects,
  listSuspects,
  type SuspectRow,
} from "../../../store/audit/bundling/suspects.js";
import { noteCalibrations } from "../../../store/audit/calibration/calibrations.js";
import { addFounded } from "../../../store/corrections/stale-corrections.js";
import type { Session } from "../../../store/engine/session.js";
import type { Students } from "../../../store/facts/student-selection.js";
import { calibrated, completionOf } from "../calibration/app-counts.js";
import { bundledFinding } from "./bundled-finding.js";
import type { AuditGround, Check } from "./check.js";
import { type EventClaim, type EventSuspect, namedResults, suspectOf, uncorrected } from "./suspect-event.js";

/** Events that carry other activities' XP (docs/audit.md, "Bundled XP"). */
export const bundledXp: Check = {
  kinds: ["bundled-xp"],
  meaning: "events that carry the banked XP of other activities",
  find: findBundles,
};

async function* findBundles({ session, rules, auditRules, students, counts, numbering }: AuditGround) {
  const { db } = session;
  const { multipliers: tables } = auditRules;
  const calibrations = calibrated(counts);
  await noteCalibrations(db, [...calibrations.values()], counts);
  if (!(await markSuspects(session, calibrations, { tables, students }))) return;
  await gatherSuspects(db, numbering, students);
  const calibrationOf = (app: string | null): Calibration => calibrations.get(app ?? "") as Calibration;
  for await (const some of wholeStudents(listSuspects(db, auditRules, { zone: rules.zone, students }), tables)) {
    const judged = some.flatMap((suspects) => judgeStudent(suspects, calibrationOf));
    await addFounded(
      session,
      judged.filter(bearsCorrection).flatMap(({ suspect }) => suspect.row.correction?.id ?? []),
    );
    const claims = uncorrected(judged);
    const counted = await countedResults(db, claims.flatMap(namedResults));
    yield claims.map((claim) => bundledFinding(claim, calibrationOf(claim.suspect.app), counted));
  }
}

/** Leaves for a closer look only readings of events that are not innocent at first sight; false where there are none. */
async function markSuspects(
  session: Session,
  calibrations: ReadonlyMap<string, Calibration>,
  { tables, students }: { tables: MultiplierTables; students: Students },
): Promise<boolean> {
  let any = false;
  for await (const page of listReadings(session.db, students)) {
    const found = page.filter((reading) => {
      const xp = xpFromText(reading.xp);
      const suspect = {
        xp,
        completion: completionOf(reading, tables),
        ownResultXp: reading.hasLowerOwn ? [xp - 1n] : [],
      };
      return xp > 0n && !isInnocent(suspect, calibrations.get(reading.app) as Calibration);
    });
    if (found.length === 0) continue;
    any = true;
    await addSuspects(session, distinct(found));
  }
  return any;
}

/** A reading may be listed twice, quiet and not. */
const distinct = <R extends { app: string; key: string }>(readings: readonly R[]): R[] => [
  ...new Map(readings.map((reading) => [JSON.stringify([reading.app, reading.key]), reading])).values(),
];

/** The suspects by student, some students at a time: about a page of suspects, and never a part of a student. */
async function* wholeStudents(
  pages: AsyncIterable<SuspectRow[]>,
  tables: MultiplierTables,
): AsyncGenerator<EventSuspect[][]> {
  let open: SuspectRow[] = [];
  for await (const page of pages) {
    const last = page.at(-1)?.studentId;
    const ended = page.findIndex(({ studentId }) => studentId === last);
    if (open.length > 0 && open[0]?.studentId === last) {
      open.push(...page);
      continue;
    }
    yield byStudent([...open, ...page.slice(0, ended)], tables);
    open = page.slice(ended);
  }
  if (open.length > 0) yield byStudent(open, tables);
}

/** Rows that are sorted by student, as one list for each student. */
function byStudent(rows: readonly SuspectRow[], tables: MultiplierTables): EventSuspect[][] {
  const students: EventSuspect[][] = [];
  for (const row of rows) {
    const open = students.at(-1);
    if (open?.[0]?.row.studentId === row.studentId) open.push(suspectOf(row, tables));
    else students.push([suspectOf(row, tables)]);
  }
  return students;
}

/** Whether the event would be corrected today as its live correction does. What a person corrected without results asks for none. */
function bearsCorrection({ own, results, suspect }: EventClaim): boolean {
  const { correction } = suspect.row;
  if (correction === null || own === null || own !== xpFromText(correction.own)) return false;
  return correction.results.length === 0 || correction.results.toSorted().join() === results.toSorted().join();
}
