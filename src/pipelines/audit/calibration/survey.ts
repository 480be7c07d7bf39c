import { type Counter, Counters } from "../../../domain/rules/calibration-counts.js";
import {
  dayCounters,
  KnownReports,
  suspectCounters,
  zeroCounters,
} from "../../../domain/rules/judging/count-events.js";
import type { StudentRecords } from "../../../domain/rules/judging/records.js";
import { type Examination, type ExaminedStudent, examine } from "../../../domain/rules/judging/suspects.js";
import { addDoubtful, type DoubtfulReport, openDoubtful } from "../../../store/audit/bundling/doubtful-events.js";
import { type ExerciseDay, noteExerciseDays } from "../../../store/audit/bundling/exercise-days.js";
import { type RecordScope, studentRecords } from "../../../store/audit/bundling/student-records.js";
import { addTwins, twins, twinsOf } from "../../../store/audit/bundling/twins.js";
import { addFreshCounts, openFreshCounts } from "../../../store/audit/calibration/cache.js";
import type { Session } from "../../../store/engine/session.js";
import type { AuditPart } from "../checks/check.js";

/** Which records to survey, how, and what to collect besides the counts. */
export interface SurveyRequest {
  part: AuditPart;
  scope: RecordScope;
  examination: Examination;
  /** Whether to collect counts by student, to be saved (`openFreshCounts`). */
  counts: boolean;
  /** Whether to collect what the checks read: twins, and reports in doubt (docs/audit.md, "How it is done"). */
  forChecks: boolean;
  /** Whether the days of exercises are noted. */
  days: boolean;
}

type Examined = ExaminedStudent;

/** Exercises by app, course and day. */
class Days {
  readonly #days = new Map<string, ExerciseDay>();

  add({ exercises }: Examined): void {
    for (const { event } of exercises) {
      const { app, courseId, day } = event;
      const key = JSON.stringify([app, courseId, day]);
      const known = this.#days.get(key) ?? { app, courseId, day, exercises: 0 };
      this.#days.set(key, { ...known, exercises: known.exercises + 1 });
    }
  }

  list(): ExerciseDay[] {
    return [...this.#days.values()];
  }
}

/** Collected rows that are not written yet. */
class Notes {
  readonly counts: { studentId: string; counters: readonly Counter[] }[] = [];
  readonly twins: string[][] = [];
  readonly doubtful: DoubtfulReport[] = [];

  constructor(private readonly request: Pick<SurveyRequest, "counts" | "forChecks">) {}

  get size(): number {
    return this.counts.length + this.twins.length + this.doubtful.length;
  }

  add(studentId: string, examined: Examined, { counters, doubtful }: Counted): void {
    if (this.request.counts) this.counts.push({ studentId, counters: counters.list() });
    if (!this.request.forChecks) return;
    this.twins.push(...twinsOf(examined));
    for (const each of doubtful.values()) this.doubtful.push({ studentId, ...each });
  }
}

/** One student's counters, and the distinct reports that are not innocent under every formula. */
interface Counted {
  counters: Counters;
  doubtful: Map<string, { app: string; report: string }>;
}

function countedOf(records: StudentRecords, { suspects }: Examined, known: KnownReports): Counted {
  const counters = new Counters().add(zeroCounters(records)).add(dayCounters(suspects, known));
  const doubtful: Counted["doubtful"] = new Map();
  for (const suspect of suspects) {
    const report = known.of(suspect);
    counters.add(suspectCounters(suspect, report, known));
    if (report.isAlwaysInnocent) continue;
    const app = suspect.app ?? "";
    doubtful.set(`${app} ${report.text}`, { app, report: report.text });
  }
  return { counters, doubtful };
}

async function openNotes({ part: { session, students }, counts, forChecks }: SurveyRequest): Promise<void> {
  if (counts) await openFreshCounts(session.db, students);
  if (!forChecks) return;
  await twins.create(session.db);
  await openDoubtful(session.db);
}

/** Rows per write. */
const MOST_NOTED = 2_000;

async function writeNotes(session: Session, { counts, twins, doubtful }: Notes): Promise<void> {
  await addFreshCounts(session, counts);
  await addTwins(session, twins);
  await addDoubtful(session, doubtful);
}

/** Reads the records in scope once and returns the counters from which apps are calibrated. */
export async function survey(request: SurveyRequest): Promise<Counters> {
  const { part, scope, examination } = request;
  const { session, resources } = part;
  await openNotes(request);
  const total = new Counters();
  const known = new KnownReports();
  const days = new Days();
  let notes = new Notes(request);
  for await (const records of studentRecords(session.db, resources, scope)) {
    const examined = examine(records, examination);
    const counted = countedOf(records, examined, known);
    total.add(counted.counters.list());
    if (request.days) days.add(examined);
    notes.add(records.student, examined, counted);
    if (notes.size < MOST_NOTED) continue;
    await writeNotes(session, notes);
    notes = new Notes(request);
  }
  await writeNotes(session, notes);
  if (request.days) await noteExerciseDays(session, days.list());
  return total;
}
