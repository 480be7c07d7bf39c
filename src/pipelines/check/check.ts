import type { CheckedFile, CheckFinding } from "../../domain/findings/check-finding.js";
import { STANDARD_AUDIT_RULES } from "../../domain/rules/audit-rules.js";
import { judgeStudent } from "../../domain/rules/bundling.js";
import type { Calibration } from "../../domain/rules/calibration.js";
import { calibrations } from "./calibrations.js";
import type { EventNote } from "./event-note.js";
import { Evidence, type Ground } from "./evidence.js";
import { judgedEvents } from "./exercises.js";
import { bundledFinding, twinFinding } from "./findings.js";
import { type Gathered, type GatherProgress, gather } from "./gather.js";
import type { RecordFile, SourceRows } from "./records.js";
import { resolveStudents } from "./students.js";
import { type CheckedSuspect, numberings, type StudentEvents, suspectsOf } from "./suspects.js";

/** What is checked. */
export interface CheckRequest {
  inputs: readonly RecordFile[];
  /** Tables that evidence is read from, in the order of EVIDENCE_TABLES. */
  tables: readonly SourceRows[];
  progress: GatherProgress;
}

/** What the check says. */
export interface CheckOutcome {
  files: readonly CheckedFile[];
  /** By file (as given), line and check. */
  findings: CheckFinding[];
  /** Everybody whom the events are about, in byte order. */
  students: string[];
  calibrations: Calibration[];
}

/**
 * Says which records of the files break the contract, from the files and the tables alone (docs/check.md). Memory holds a
 * short note of each ActivityEvent, an id and a digest of each event, and the results of the students in question.
 */
export async function check({ inputs, tables, progress }: CheckRequest): Promise<CheckOutcome> {
  const gathered = await gather(inputs, progress);
  const evidence = await readEvidence(gathered, tables);
  const students = resolveStudents(gathered.actors, evidence);
  const judged = judge(eventsByStudent(gathered.notes, students), { evidence, rules: STANDARD_AUDIT_RULES });
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

function eventsByStudent(notes: readonly EventNote[], students: ReadonlyMap<EventNote["actor"], string>) {
  const byStudent = new Map<string, EventNote[]>();
  for (const note of notes) {
    const student = students.get(note.actor) ?? "";
    const events = byStudent.get(student);
    if (events === undefined) byStudent.set(student, [note]);
    else events.push(note);
  }
  return [...byStudent].map(([student, events]) => ({
    student,
    events: events.sort((a, b) => a.at - b.at || (a.eventId < b.eventId ? -1 : 1)),
  }));
}

function judge(students: readonly StudentEvents[], ground: Ground) {
  const numbering = numberings(students, ground);
  const suspects = ({ student, events }: StudentEvents): CheckedSuspect[] =>
    suspectsOf(judgedEvents(events, student, ground), { student, numbering, ground });
  function* everySuspect() {
    for (const student of students) yield* suspects(student);
  }
  const calibrated = calibrations(everySuspect);
  const calibrationOf = (app: string | null): Calibration => calibrated.get(app ?? "") as Calibration;
  const findings = students.flatMap((student) => [
    ...twinsOf(student, ground),
    ...judgeStudent(suspects(student), calibrationOf).map((claim) =>
      bundledFinding(claim, calibrationOf(claim.suspect.app), ground.evidence.hasResources),
    ),
  ]);
  const byApp = [...calibrated].sort(([a], [b]) => inByteOrder(a, b)).map(([, calibration]) => calibration);
  return { findings, calibrations: byApp.filter(({ events }) => events > 0) };
}

const twinsOf = ({ student, events }: StudentEvents, ground: Ground): CheckFinding[] =>
  judgedEvents(events, student, ground).flatMap(({ event, twins }) =>
    twins.map((twin) => twinFinding(event, twin, student)),
  );

function inOrder(findings: CheckFinding[], files: readonly CheckedFile[]): CheckFinding[] {
  const place = new Map(files.map(({ file }, at) => [file, at]));
  const placeOf = ({ file }: CheckFinding) => place.get(file) ?? 0;
  return findings.sort((a, b) => placeOf(a) - placeOf(b) || a.line - b.line);
}
