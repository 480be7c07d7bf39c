import type { AuditRules } from "../audit-rules.js";
import type { NamedBank } from "../bundling-words.js";
import type { Suspect } from "../suspect.js";
import { bankedXp, banksOfResults, type DatedBank, type ZeroResult, zeroBaseOf } from "./banked-xp.js";
import { baseAt } from "./base-xp.js";
import { compensationsOf } from "./compensations.js";
import { type Exercise, exercisesOf, type ZeroNumbering } from "./exercises.js";
import { type JudgedEvent, judgedEventsOf } from "./judged-events.js";
import { followsPassiveWork } from "./quiet.js";
import type { EventRecord, StudentRecords } from "./records.js";

/** An exercise that reports XP, with everything that it is judged by. */
export interface EventSuspect<E extends EventRecord = EventRecord> extends Omit<Suspect, "multiples"> {
  exercise: Exercise<E>;
  student: string;
  near: readonly NamedBank[];
  late: readonly NamedBank[];
  /** Near and late ones. */
  banks: readonly NamedBank[];
  zeros: readonly ZeroResult[];
  /** Whether its XP can be no other activity's: nothing was banked near it, or watched or read before it. */
  isQuiet: boolean;
}

/** One student's events as judged. All lists are by time, then event id. */
export interface ExaminedStudent<E extends EventRecord = EventRecord> {
  judged: readonly JudgedEvent<E>[];
  exercises: readonly Exercise<E>[];
  suspects: readonly EventSuspect<E>[];
}

/** How to examine students. */
export interface Examination<E extends EventRecord = EventRecord> {
  rules: AuditRules;
  numbering: ZeroNumbering;
  /** The banked XP of a student; by default from results. */
  banksOf?: (records: StudentRecords<E>, judged: readonly JudgedEvent<E>[]) => DatedBank[];
}

/** Prepares the events of one student for judgement (docs/audit.md, "Bundled XP"). */
export function examine<E extends EventRecord>(
  records: StudentRecords<E>,
  { rules, numbering, banksOf = banksOfResults }: Examination<E>,
): ExaminedStudent<E> {
  const judged = judgedEventsOf(records, rules);
  const exercises = exercisesOf(judged, numbering, rules);
  const bankedOf = bankedXp(banksOf(records, judged), exercises, records, rules);
  const compensated = compensationsOf(records);
  const isAfterPassiveWork = followsPassiveWork(records, judged, exercises);
  const suspects: EventSuspect<E>[] = [];
  for (const exercise of exercises) {
    const { event, completion, ownResults } = exercise;
    if (event.xp === null || event.xp < 0n) continue;
    const { near, late, zeros } = bankedOf(exercise);
    const app = event.app === "" ? null : event.app;
    const ownResultXp = ownResults.flatMap(({ xp }) => xp ?? []);
    const banks = late.length === 0 ? near : [...near, ...late];
    const { student } = records;
    const { eventId, xp } = event;
    const zeroBase = zeroBaseOf(zeros);
    const isQuiet = near.length === 0 && !isAfterPassiveWork(exercise);
    const compensations = compensated(exercise);
    const isBaseKnown = baseAt(exercise.resource, event.at).isKnown;
    const judgedBy = { near, late, zeroBase, compensations, isBaseKnown, banks, zeros, isQuiet };
    suspects.push(Object.assign(judgedBy, { eventId, app, xp, completion, ownResultXp, exercise, student }));
  }
  return { judged, exercises, suspects };
}
