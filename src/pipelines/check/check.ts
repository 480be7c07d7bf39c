import type { CheckedFile, CheckFinding } from "../../domain/findings/check-finding.js";
import { STANDARD_AUDIT_RULES } from "../../domain/rules/audit-rules.js";
import { judgeStudent } from "../../domain/rules/bundling.js";
import type { Calibration } from "../../domain/rules/calibration.js";
import { appCounts, Counters, calibrated, zeroNumbering } from "../../domain/rules/calibration-counts.js";
import { DayMultiples, paidStudents } from "../../domain/rules/day-multiples.js";
import { banksOfEvents } from "../../domain/rules/judging/banked-xp.js";
import { dayCounters, KnownReports, suspectCounters, zeroCounters } from "../../domain/rules/judging/count-events.js";
import type { JudgedEvent } from "../../domain/rules/judging/judged-events.js";
import { linkResults } from "../../domain/rules/judging/links.js";
import type { StudentRecords } from "../../domain/rules/judging/records.js";
import { type Examination, examine } from "../../domain/rules/judging/suspects.js";
import type { ActorNote, EventNote, SpentNote } from "./event-note.js";
import { Evidence } from "./evidence.js";
import { bundledFinding, twinFinding } from "./findings.js";
import { type Gathered, type GatherProgress, gather } from "./gather.js";
import type { RecordFile, SourceRows } from "./records.js";
import { resolveStudents } from "./students.js";

/** What to check. */
export interface CheckRequest {
  inputs: readonly RecordFile[];
  /** Tables of evidence, in the order of EVIDENCE_TABLES. */
  tables: readonly SourceRows[];
  progress: GatherProgress;
}

/** The result of a check. */
export interface CheckOutcome {
  files: readonly CheckedFile[];
  /** By file (as given), line and check. */
  findings: CheckFinding[];
  /** Ids of all students of the events, in byte order. */
  students: string[];
  calibrations: Calibration[];
}

/**
 * Finds the records that break the contract, from the files and tables alone (docs/check.md). Memory holds a short note of each
 * ActivityEvent, an id and a digest of each event, and the results of the students concerned.
 */
export async function check({ inputs, tables, progress }: CheckRequest): Promise<CheckOutcome> {
  const gathered = await gather(inputs, progress);
  const evidence = await readEvidence(gathered, tables);
  const students = resolveStudents(gathered.actors, evidence);
  const judged = judge(eventsByStudent(gathered, students), evidence);
  const conflicts = gathered.conflicts.map(({ actor, finding }) => ({
    ...finding,
    studentId: students.get(actor) ?? null,
  }));
  return {
    files: gathered.files,
    findings: inOrder([...gathered.faults, ...conflicts, ...judged.findings], gathered.files),
    students: [...new Set(students.values())].sort(inByteOrder),
    calibrations: judged.calibrations,
  };
}

async function readEvidence({ actors }: Gathered, tables: readonly SourceRows[]): Promise<Evidence> {
  const named = new Set<string>();
  const emails = new Set<string>();
  for (const { segment, email } of actors) {
    if (segment !== null) named.add(segment);
    if (email !== null) emails.add(email);
  }
  const evidence: Evidence = new Evidence((student) => named.has(student) || evidence.hasEmailOf(student, emails));
  for (const { table, rows } of tables) for await (const row of rows) evidence.add(table, row);
  return evidence;
}

const inByteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The notes of each student. */
function byStudent<Note extends { actor: ActorNote }>(
  notes: readonly Note[],
  students: ReadonlyMap<ActorNote, string>,
): Map<string, Note[]> {
  const groups = new Map<string, Note[]>();
  for (const note of notes) {
    const student = students.get(note.actor) ?? "";
    const group = groups.get(student);
    if (group === undefined) groups.set(student, [note]);
    else group.push(note);
  }
  return groups;
}

function eventsByStudent({ notes, spent }: Gathered, students: ReadonlyMap<ActorNote, string>): StudentEvents[] {
  const spentBy = byStudent(spent, students);
  return [...byStudent(notes, students)].map(([student, events]) => ({
    student,
    events: events.sort((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : 1)),
    spent: spentBy.get(student) ?? [],
  }));
}

function recordsOf({ student, events, spent }: StudentEvents, evidence: Evidence): StudentRecords<EventNote> {
  const results = evidence.resultsOf(student);
  const resource = (key: string | null) => evidence.resource(key);
  const histories = evidence.historiesOf(student);
  return { student, events, results, histories, spent, links: linkResults(events, results), resource };
}

/** The events of one student, by time, then id, and where the student's time went. */
interface StudentEvents {
  student: string;
  events: readonly EventNote[];
  spent: readonly SpentNote[];
}

/** Passes over the students three times: attempt numbering and calibration need all of them first. Holds one student's suspects. */
function judge(students: readonly StudentEvents[], evidence: Evidence) {
  const rules = STANDARD_AUDIT_RULES;
  function* allRecords() {
    for (const student of students) yield recordsOf(student, evidence);
  }
  const zeros = new Counters();
  for (const records of allRecords()) zeros.add(zeroCounters(records));
  const examination = { rules, numbering: zeroNumbering(zeros), ...banksFrom(evidence) };
  const counters = new Counters();
  const known = new KnownReports();
  for (const records of allRecords()) {
    const { suspects } = examine(records, examination);
    for (const suspect of suspects) counters.add(suspectCounters(suspect, known.of(suspect), known));
    counters.add(dayCounters(suspects, known));
  }
  const calibrations = calibrated(appCounts(counters));
  const multiples = new DayMultiples(paidStudents(counters.list(), calibrations), calibrations);
  const calibrationOf = (app: string | null): Calibration => calibrations.get(app ?? "") as Calibration;
  const findings: CheckFinding[] = [];
  for (const records of allRecords()) {
    const { judged, suspects } = examine(records, examination);
    findings.push(...twinsOf(records.student, judged));
    const own = dayCounters(suspects, known);
    const suspected = suspects.map((suspect) => ({
      ...suspect,
      multiples: multiples.ofOthers(suspect.app ?? "", suspect.exercise.event.day, own),
    }));
    for (const claim of judgeStudent(suspected, calibrationOf))
      findings.push(bundledFinding(claim, calibrationOf(claim.suspect.app), evidence.hasResources));
  }
  const byApp = [...calibrations].sort(([a], [b]) => inByteOrder(a, b)).map(([, calibration]) => calibration);
  return { findings, calibrations: byApp.filter(({ events }) => events > 0) };
}

/** Without results, banked XP is what the student's events for videos and articles report. */
const banksFrom = ({ hasResults }: Evidence): Pick<Examination<EventNote>, "banksOf"> =>
  hasResults ? {} : { banksOf: (_, judged) => banksOfEvents(judged, ({ activityName }) => activityName) };

const twinsOf = (student: string, judged: readonly JudgedEvent<EventNote>[]): CheckFinding[] =>
  judged.flatMap(({ event, twins }) => twins.map((twin) => twinFinding(event, twin, student)));

function inOrder(findings: CheckFinding[], files: readonly CheckedFile[]): CheckFinding[] {
  const place = new Map(files.map(({ file }, at) => [file, at]));
  const placeOf = ({ file }: CheckFinding) => place.get(file) ?? 0;
  return findings.sort((a, b) => placeOf(a) - placeOf(b) || a.line - b.line);
}
