import { type Amount, hundredthsXp, wholeXp } from "../amount.js";
import { DAY, HOUR, MINUTE, type Moment, SECOND } from "../moment.js";
import type { Rates, Span } from "../options.js";
import type { Stream } from "../random.js";
import type { Activity, Catalog, Course, Unit, Worths } from "../school/catalog.js";
import type { Enrolment, Student } from "../school/student.js";
import type { Band, Questions } from "./own-xp.js";

/** A video watched or an article read. */
export interface Watch {
  activity: Activity;
  from: Moment;
  to: Moment;
  /** XP that banking it pays. */
  worth: Amount;
}

/** An exercise or a quiz, finished at `at`. */
export interface Sitting {
  activity: Activity;
  at: Moment;
  minutes: number;
  /** Counted from 1. */
  attempt: number;
  questions: Questions;
}

/** A unit of work: watches, then an exercise, perhaps a quiz and retakes. */
export interface Session {
  enrolment: Enrolment;
  watches: Watch[];
  exercise: Sitting | null;
  /** The quiz and the retakes, in order. */
  others: Sitting[];
  decoy: DecoyKind | null;
  /** Another course overlaps within seconds, so every record names its course and nothing is banked late or early. */
  crowded: boolean;
}

export type DecoyKind = "honest-beside-banked" | "own-equals-banked" | "nothing-earned" | "quiz-after-banking";

const DECOYS: Record<DecoyKind, { worths?: Worths; band?: Band }> = {
  "honest-beside-banked": { worths: [[5, 1], 7], band: "perfect" },
  "own-equals-banked": { worths: [[5, 1], 6], band: "passed" },
  "nothing-earned": { band: "failed" },
  "quiz-after-banking": {},
};
const DECOY_KINDS = Object.keys(DECOYS) as DecoyKind[];

const FIRST_HOUR = 8;
const SLOTS = [0, 1, 2, 3];
const SLOT = 3.5 * HOUR;
const SESSIONS_A_DAY = [1, 1, 2, 2, 3, 4];
const WEEKDAY_RATE = 0.8;
const WEEKEND_RATE = 0.3;
const EXERCISE_ONLY = 0.3;
const PASSIVE_ONLY = 0.08;
const THIRD_ATTEMPT = 0.35;
const RETAKE_NEXT_DAY = 0.3;

interface Planning {
  stream: Stream;
  student: Student;
  catalog: Catalog;
  span: Span;
  rates: Rates;
  /** The student's progress in each course. */
  progress: Map<string, number>;
}

/** All sessions of a student, in order. A day's sessions lie between 08:00 and 22:00 UTC. */
export function planSessions(planning: Omit<Planning, "progress">): Session[] {
  const state: Planning = { ...planning, progress: new Map() };
  const { stream, span } = state;
  const sessions: Session[] = [];
  for (let day = 0; day < span.days; day += 1) {
    const midnight = span.start + day * DAY;
    const isWeekend = [0, 6].includes(new Date(midnight).getUTCDay());
    const count = stream.pick(SESSIONS_A_DAY);
    if (!stream.chance(isWeekend ? WEEKEND_RATE : WEEKDAY_RATE)) continue;
    for (const slot of stream.some(SLOTS, count))
      sessions.push(...planSlot(state, midnight + FIRST_HOUR * HOUR + slot * SLOT));
  }
  return sessions;
}

function planSlot(state: Planning, slot: Moment): Session[] {
  const { stream, student, rates } = state;
  const enrolment = stream.pick(student.enrolments);
  const kind = stream.pick(DECOY_KINDS);
  const decoy = stream.chance(rates.decoy) && enrolment.app.pays === "formula" && enrolment.app.sends ? kind : null;
  const unit = nextUnit(state, enrolment.course, decoy);
  const session: Session = { enrolment, watches: [], exercise: null, others: [], decoy, crowded: false };
  const start = slot + stream.int(40 * MINUTE, 90 * MINUTE);
  const end = watchSome(state, session, unit, start);
  if (session.watches.length > 0 && decoy === null && stream.chance(PASSIVE_ONLY)) return [session];
  session.exercise = sit(state, unit.exercise, end, { band: decoy ? DECOYS[decoy].band : undefined });
  const companion = overlapping(state, session);
  sitAgain(state, session, { unit, slot });
  return companion ? [session, companion] : [session];
}

function nextUnit({ progress, catalog }: Planning, course: Course, decoy: DecoyKind | null): Unit {
  const worths = decoy ? DECOYS[decoy].worths : undefined;
  const counter = `${course.id} ${worths ? decoy : ""}`;
  const number = (progress.get(counter) ?? 0) + 1;
  progress.set(counter, number);
  return catalog.unit(course, worths ? `${decoy}-${number}` : `${number}`, worths);
}

function watchSome({ stream }: Planning, session: Session, unit: Unit, start: Moment): Moment {
  const many = stream.chance(EXERCISE_ONLY) ? 0 : stream.int(1, unit.passives.length);
  const chosen = session.decoy ? unit.passives : stream.some(unit.passives, many);
  let at = start;
  for (const activity of chosen) {
    const to = at + stream.int(2 * MINUTE, 11 * MINUTE);
    session.watches.push({ activity, from: at, to, worth: worthOf(session, activity, to - at) });
    at = to + stream.int(5 * SECOND, MINUTE);
  }
  return at;
}

function worthOf({ enrolment, decoy }: Session, { base }: Activity, spent: number): Amount {
  const { banks } = enrolment.app;
  if (banks === "full" || decoy !== null) return base;
  const earned =
    banks === "minutes" ? wholeXp(Math.floor(spent / MINUTE)) : hundredthsXp(Math.floor((spent * 100) / MINUTE));
  return Math.min(base, earned);
}

function sit(
  { stream }: Planning,
  activity: Activity,
  start: Moment,
  { attempt = 1, band }: { attempt?: number; band?: Band | undefined },
): Sitting {
  const spent = stream.int(4 * MINUTE, 14 * MINUTE);
  const questions = answer(stream, band);
  return { activity, at: start + spent, minutes: Math.ceil(spent / MINUTE), attempt, questions };
}

/** Right and wrong answers, of the requested band if there is one. */
function answer(stream: Stream, fixed: Band | undefined): Questions {
  const total = stream.pick([5, 8, 10, 12]);
  const band = stream.pick<Band>(["perfect", "perfect", "passed", "passed", "passed", "failed"]);
  const wrong = stream.int(1, total <= 8 ? 1 : 2);
  const failing = Math.floor(total / 4) + stream.int(1, 2);
  return { total, correct: total - { perfect: 0, passed: wrong, failed: failing }[fixed ?? band] };
}

/** A session of another course whose exercise ends seconds to two minutes after this one's. */
function overlapping(state: Planning, session: Session): Session | null {
  const { stream, student, rates } = state;
  const other = stream.pick(student.enrolments);
  const gap = stream.chance(0.4) ? stream.int(3 * SECOND, 8 * SECOND) : stream.int(12 * SECOND, 100 * SECOND);
  if (!stream.chance(rates.overlap) || !session.exercise || session.decoy !== null) return null;
  if (other.course === session.enrolment.course) return null;
  const unit = nextUnit(state, other.course, null);
  const at = session.exercise.at + gap;
  const companion: Session = { ...session, enrolment: other, watches: [], others: [], crowded: true };
  session.crowded = true;
  const end = watchSome(state, companion, unit, at - 40 * MINUTE);
  companion.exercise = { ...sit(state, unit.exercise, end, {}), at };
  return companion;
}

function sitAgain(state: Planning, session: Session, { unit, slot }: { unit: Unit; slot: Moment }): void {
  const { stream, rates, span } = state;
  if (!session.exercise) return;
  const soon = session.decoy === "quiz-after-banking";
  let at = session.exercise.at + (soon ? stream.int(12 * SECOND, MINUTE) : stream.int(3 * MINUTE, 7 * MINUTE));
  if (stream.chance(rates.quiz) || soon) session.others.push({ ...sit(state, unit.quiz, at, {}), at });
  if (!stream.chance(rates.retake)) return;
  const tomorrow = slot + DAY + stream.int(2 * MINUTE, 4 * MINUTE);
  const hasTomorrow = tomorrow < span.start + span.days * DAY;
  at = hasTomorrow && stream.chance(RETAKE_NEXT_DAY) ? tomorrow : at + stream.int(2 * MINUTE, 6 * MINUTE);
  for (const attempt of stream.chance(THIRD_ATTEMPT) ? [2, 3] : [2]) {
    session.others.push({ ...sit(state, unit.exercise, at, { attempt }), at });
    at += stream.int(2 * MINUTE, 6 * MINUTE);
  }
}
