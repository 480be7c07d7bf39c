import { sumOf, type Xp } from "../../values/xp.js";
import type { AuditRules } from "../audit-rules.js";
import { bankKey } from "../banked-sums.js";
import type { NamedBank } from "../bundling-words.js";
import { bankWritesOf, type Write } from "./bank-writes.js";
import type { Exercise } from "./exercises.js";
import type { JudgedEvent } from "./judged-events.js";
import {
  type EventRecord,
  HOUR,
  isSameCourse,
  type Micros,
  type ResultHistory,
  type ResultRecord,
  SECOND,
  type StudentRecords,
} from "./records.js";
import { TimeLine } from "./time-line.js";

/** XP paid for a video or article: banked in a result or, if no results are known, sent in an event. */
export interface Bank extends NamedBank {
  courseId: string | null;
  /** Banked XP from an event proves XP only shortly before the exercise. */
  isEvent: boolean;
}

/** A bank write before it is known which exercise hosts it: of its two times, the one that is near an exercise. */
export type DatedBank = Omit<Bank, "key" | "time"> & Pick<Write, "at" | "touchedAt">;

const bankAt = ({ at: _, touchedAt: __, ...bank }: DatedBank, time: Micros): Bank => ({
  ...bank,
  key: bankKey(bank.sourcedId, time),
  time,
});

/** The banked XP relevant to one exercise. docs/audit.md, "Banked XP". */
export interface BankedXp {
  /** Hosted by the exercise first, then nearest in time. */
  near: readonly NamedBank[];
  /** By time. */
  late: readonly NamedBank[];
  /** Passive results without XP since the previous exercise, by id: what a failed bank write may have lost. */
  zeros: readonly ZeroResult[];
}

/** A passive result without XP, and its base XP. */
export interface ZeroResult {
  sourcedId: string;
  base: Xp | null;
}

/** Windows around an event for bank writes and zero results, in microseconds: from, to. docs/audit.md, "Banked XP". */
export const bankWindows = ({ hostSeconds, bankBeforeSeconds, bankLateSeconds }: AuditRules) => ({
  hosted: [-hostSeconds * SECOND, hostSeconds * SECOND] as const,
  near: [-bankBeforeSeconds * SECOND, hostSeconds * SECOND] as const,
  late: [hostSeconds * SECOND, bankLateSeconds * SECOND] as const,
  zero: [-2 * HOUR, 0] as const,
});

/** The banked XP that a student's results show, with that of results that are not active any more. */
export function banksOfResults({ results, histories, resource }: StudentRecords): DatedBank[] {
  const known = new Set(histories.map(({ sourcedId }) => sourcedId));
  const once = results.filter(({ sourcedId, xp }) => xp !== null && xp > 0n && !known.has(sourcedId));
  const all: ResultHistory[] = [...histories, ...once.map((result) => ({ ...result, readings: [result] }))];
  return all.flatMap(({ sourcedId, activityKey, courseId, readings }) => {
    const of = resource(activityKey);
    return bankWritesOf(readings, of?.isPassive ?? false).map((write) => ({
      ...{ ...write, sourcedId, base: of?.base ?? null, hosted: false },
      ...{ activityId: activityKey, title: of?.title ?? null, courseId, isEvent: false },
    }));
  });
}

const earliestFirst = (a: EventRecord, b: EventRecord): number => a.at - b.at || (a.eventId < b.eventId ? -1 : 1);

/** One event of an exercise, or a twin of it. */
interface Occurrence {
  event: EventRecord;
  exercise: Exercise;
}

/** A student's history, in chronological order. */
interface Past {
  occurrences: TimeLine<Occurrence>;
  /** Banked XP without and with a host exercise. */
  unhosted: TimeLine<Bank>;
  hosted: ReadonlyMap<Exercise, readonly Bank[]>;
  /** Passive results without XP. */
  unpaid: TimeLine<ResultRecord>;
}

/**
 * The exercise nearest to a bank write, of those shortly before or after it: some apps write the bank just before the event.
 * Of two equally near ones the earlier; of several at once the one with the lowest event id.
 */
function hostOf(
  { time, courseId }: Pick<Bank, "time" | "courseId">,
  occurrences: TimeLine<Occurrence>,
  rules: AuditRules,
): Exercise | null {
  const [from, to] = bankWindows(rules).hosted;
  const distance = ({ event }: Occurrence): number => Math.abs(event.at - time);
  const hosts = occurrences
    .within(time + from, time + to)
    .filter(({ event }) => isSameCourse(event.courseId, courseId))
    .sort((a, b) => distance(a) - distance(b) || earliestFirst(a.event, b.event));
  return hosts[0]?.exercise ?? null;
}

/** The host of a bank write, and which of the times it may have been made at is the host's. */
function hostAndTime(
  { at, touchedAt, courseId }: DatedBank,
  occurrences: TimeLine<Occurrence>,
  rules: AuditRules,
): [Exercise | null, Micros] {
  for (const time of [at, touchedAt]) {
    const host = time === null ? null : hostOf({ time, courseId }, occurrences, rules);
    if (time !== null && host !== null) return [host, time];
  }
  return [null, 0];
}

function pastOf(
  banks: readonly DatedBank[],
  exercises: readonly Exercise[],
  { results, resource }: StudentRecords,
  rules: AuditRules,
): Past {
  const all: Occurrence[] = [];
  for (const exercise of exercises) {
    all.push({ event: exercise.event, exercise });
    for (const event of exercise.twins) all.push({ event, exercise });
  }
  const occurrences = new TimeLine(all, ({ event }) => event.at);
  const unhosted: Bank[] = [];
  const hosted = new Map<Exercise, Bank[]>();
  for (const bank of banks) {
    const [host, time] = hostAndTime(bank, occurrences, rules);
    if (host !== null) hosted.set(host, [...(hosted.get(host) ?? []), { ...bankAt(bank, time), hosted: true }]);
    else if (bank.at !== null) unhosted.push(bankAt(bank, bank.at));
  }
  const isUnpaid = ({ scoredAt, xp, activityKey }: ResultRecord): boolean =>
    scoredAt !== null && (xp ?? 0n) === 0n && resource(activityKey)?.isPassive === true;
  return {
    occurrences,
    unhosted: new TimeLine(unhosted, ({ time }) => time),
    hosted,
    unpaid: new TimeLine(results.filter(isUnpaid), ({ scoredAt }) => scoredAt ?? 0),
  };
}

/** Excludes results linked to the exercise itself, and XP banked in another course. */
const mayHold =
  ({ event, linked }: Exercise) =>
  ({ sourcedId, courseId }: Bank): boolean =>
    isSameCourse(courseId, event.courseId) && linked.every((own) => own.sourcedId !== sourcedId);

const byId = (a: { sourcedId: string }, b: { sourcedId: string }): number => (a.sourcedId < b.sourcedId ? -1 : 1);

const NONE: readonly Bank[] = [];

function nearOf(exercise: Exercise, { hosted, unhosted }: Past, rules: AuditRules): readonly Bank[] {
  const { at } = exercise.event;
  const [from, to] = bankWindows(rules).near;
  const own = hosted.get(exercise) ?? NONE;
  const others = unhosted.within(at + from, at + to);
  if (own.length + others.length === 0) return NONE;
  const nearestFirst = (a: Bank, b: Bank) => Math.abs(a.time - at) - Math.abs(b.time - at) || byId(a, b);
  return [...own.toSorted(nearestFirst), ...others.sort(nearestFirst)].filter(mayHold(exercise));
}

function lateOf(exercise: Exercise, { unhosted }: Past, rules: AuditRules): readonly Bank[] {
  const { at } = exercise.event;
  const [after, to] = bankWindows(rules).late;
  const later = unhosted.within(at + after, at + to);
  if (later.length === 0) return NONE;
  return later
    .filter(({ time, isEvent }) => time > at + after && !isEvent)
    .filter(mayHold(exercise))
    .sort((a, b) => a.time - b.time || byId(a, b));
}

const NO_ZEROS: readonly ZeroResult[] = [];

function zerosOf(
  exercise: Exercise,
  { unpaid, occurrences }: Past,
  { resource }: StudentRecords,
  rules: AuditRules,
): readonly ZeroResult[] {
  const { at, courseId } = exercise.event;
  const [from] = bankWindows(rules).zero;
  const isAfterLastExercise = (scoredAt: Micros): boolean =>
    !occurrences
      .within(scoredAt, at)
      .some(
        (other) => other.exercise !== exercise && other.event.at < at && isSameCourse(other.event.courseId, courseId),
      );
  const since = unpaid.within(at + from, at);
  if (since.length === 0) return NO_ZEROS;
  return since
    .filter((result) => isSameCourse(result.courseId, courseId) && isAfterLastExercise(result.scoredAt ?? at))
    .map(({ sourcedId, activityKey }): ZeroResult => ({ sourcedId, base: resource(activityKey)?.base ?? null }))
    .sort(byId);
}

/** Total base XP of zero results. */
export const zeroBaseOf = (zeros: readonly ZeroResult[]): Xp => sumOf(zeros.map(({ base }) => base ?? 0n));

/** Events of passive activities with XP, as banked XP, for files without results. */
export const banksOfEvents = <E extends EventRecord>(
  judged: readonly JudgedEvent<E>[],
  nameOf: (event: E) => string | null,
): DatedBank[] =>
  judged
    .filter(({ isPassive, event }) => isPassive && event.xp !== null && event.xp > 0n)
    .map(({ event, resource, activityKey }) => ({
      sourcedId: event.eventId,
      xp: event.xp ?? 0n,
      base: resource?.base ?? null,
      hosted: false,
      at: event.at,
      touchedAt: null,
      activityId: activityKey,
      title: nameOf(event) ?? resource?.title ?? null,
      courseId: event.courseId,
      isEvent: true,
    }));

/** Finds the banked XP relevant to each of a student's exercises. */
export function bankedXp(
  banks: readonly DatedBank[],
  exercises: readonly Exercise[],
  records: StudentRecords,
  rules: AuditRules,
): (exercise: Exercise) => BankedXp {
  const past = pastOf(banks, exercises, records, rules);
  return (exercise) => ({
    near: nearOf(exercise, past, rules),
    late: lateOf(exercise, past, rules),
    zeros: zerosOf(exercise, past, records, rules),
  });
}
