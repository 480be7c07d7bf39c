import { isInnocent } from "../../../domain/rules/bundling.js";
import type { Calibration } from "../../../domain/rules/calibration.js";
import type { DayMultiples } from "../../../domain/rules/day-multiples.js";
import { dayCounters, KnownReports } from "../../../domain/rules/judging/count-events.js";
import { type EventSuspect, type Examination, examine } from "../../../domain/rules/judging/suspects.js";
import { type RecordScope, studentRecords } from "../../../store/audit/bundling/student-records.js";
import { suspectDetails } from "../../../store/audit/bundling/suspect-details.js";
import { addTwins, twinsOf } from "../../../store/audit/bundling/twins.js";
import type { Session } from "../../../store/engine/session.js";
import type { AuditPart } from "./check.js";
import { rowOf, type SuspectRow } from "./suspect-event.js";

/** Which events to examine, and how. */
export interface SuspectRequest {
  part: Pick<AuditPart, "session" | "resources">;
  scope: RecordScope;
  examination: Examination;
  calibrationOf(app: string | null): Calibration;
  multiples: DayMultiples;
  /** Whether twins are noted: where no survey did (`twins`). */
  notesTwins: boolean;
}

/** Suspects looked up and judged at once; one student's suspects are never split. */
const PAGE = 200;

/**
 * The events not cleared at first sight (docs/audit.md, "Bundled XP"): one list per student, by time, then id; yields pages of
 * students.
 */
export async function* suspectRows(request: SuspectRequest): AsyncGenerator<SuspectRow[][]> {
  const { part, scope, examination, calibrationOf, multiples, notesTwins } = request;
  const known = new KnownReports();
  const { session, resources } = part;
  let open: OpenSuspect[][] = [];
  let count = 0;
  for await (const records of studentRecords(session.db, resources, scope)) {
    const examined = examine(records, examination);
    if (notesTwins) await addTwins(session, twinsOf(examined));
    const suspects = examined.suspects.filter((suspect) => !isInnocent(suspect, calibrationOf(suspect.app)));
    if (suspects.length === 0) continue;
    const own = dayCounters(examined.suspects, known);
    open.push(
      suspects.map((suspect) => ({
        suspect,
        multiples: multiples.ofOthers(suspect.app ?? "", suspect.exercise.event.day, own),
      })),
    );
    count += suspects.length;
    if (count < PAGE) continue;
    yield await rowsOf(session, scope, open);
    open = [];
    count = 0;
  }
  if (open.length > 0) yield await rowsOf(session, scope, open);
}

/** A suspect that is still to be looked up, and the multiples that its app paid others on its day. */
interface OpenSuspect {
  suspect: EventSuspect;
  multiples: readonly bigint[];
}

async function rowsOf(
  { db }: Session,
  { rules }: RecordScope,
  students: readonly (readonly OpenSuspect[])[],
): Promise<SuspectRow[][]> {
  const events = students.flat().map(({ suspect: { eventId, student, exercise } }) => ({
    eventId,
    studentId: student,
    activityId: exercise.activityKey,
  }));
  const details = await suspectDetails(db, rules.zone, events);
  return students.map((suspects) =>
    suspects.flatMap(({ suspect, multiples }) => {
      const found = details.get(suspect.eventId);
      return found === undefined ? [] : [rowOf(suspect, multiples, found)];
    }),
  );
}
