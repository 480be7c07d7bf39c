import type { AuditRules } from "../../domain/audit-rules.js";
import type { NamedBank } from "../../domain/bundle-words.js";
import { sumOf, type Xp } from "../../domain/xp.js";
import type { Evidence, Ground, ResultNote } from "./evidence.js";
import type { Exercise, JudgedEvent } from "./exercises.js";

/** XP that a video or article was paid: banked in a result or, where no results are known, sent as an event. */
interface Bank extends NamedBank {
  /** Milliseconds since 1970. */
  time: number;
  courseId: string | null;
  /** An event proves XP shortly before the exercise only. */
  isEvent: boolean;
  /** False where one reading alone cannot tell: such XP proves nothing, and no event beside it is quiet. */
  isSure: boolean;
}

/** The banked XP that bears on one exercise. docs/audit.md, "Banked XP". */
export interface BankedXp {
  near: NamedBank[];
  /** No banked XP is near, nor what may be; and the student's banked XP is known at all. */
  isQuiet: boolean;
  late: NamedBank[];
  zeroBase: Xp;
}

const ZERO_MS = 2 * 3_600_000;

const instantText = (time: number): string => new Date(time).toISOString();

/** Whether a result was banked: it says so, or says nothing and was seen to rise; null where it may have been. */
function wasBanked({ isBanked, hasReason, roseAt }: ResultNote, isPassive: boolean): boolean | null {
  if (isBanked || hasReason || !isPassive) return isBanked;
  return roseAt === null ? null : true;
}

function banksOfResults(results: readonly ResultNote[], { resources }: Evidence): Bank[] {
  return results.flatMap((result) => {
    const { sourcedId, xp, activityKey, courseId } = result;
    const time = result.completedAt ?? result.roseAt ?? result.scoredAt;
    if (xp === null || xp <= 0n || result.scoredAt === null || time === null) return [];
    const resource = resources.get(activityKey);
    const banked = wasBanked(result, resource?.isPassive ?? false);
    if (banked === false) return [];
    const named = { at: instantText(time), activityId: activityKey, title: resource?.title ?? null };
    const base = resource?.base ?? 0n;
    return [{ sourcedId, xp, base, hosted: false, ...named, time, courseId, isEvent: false, isSure: banked === true }];
  });
}

const banksOfEvents = (judged: readonly JudgedEvent[]): Bank[] =>
  judged
    .filter(({ isPassive, event }) => isPassive && event.xp !== null && event.xp > 0n)
    .map(({ event, resource, activityKey }) => ({
      sourcedId: event.eventId,
      xp: event.xp ?? 0n,
      base: resource?.base ?? 0n,
      hosted: false,
      at: instantText(event.at),
      activityId: activityKey,
      title: event.activityName ?? resource?.title ?? null,
      time: event.at,
      courseId: event.courseId,
      isEvent: true,
      isSure: true,
    }));

const isSameCourse = (one: string | null, other: string | null): boolean =>
  one === null || other === null || one === other;

/** The last exercise at most 10 seconds before a bank write. */
function hostOf(
  { time, courseId }: Bank,
  exercises: readonly Exercise[],
  { hostSeconds }: AuditRules,
): Exercise | null {
  const hosts = exercises.filter(
    ({ event }) => event.at <= time && event.at >= time - hostSeconds * 1000 && isSameCourse(event.courseId, courseId),
  );
  const latest = Math.max(...hosts.map(({ event }) => event.at));
  return hosts.find(({ event }) => event.at === latest) ?? null;
}

interface Hosted {
  bank: Bank;
  host: Exercise | null;
}

const distanceTo =
  ({ event }: Exercise) =>
  ({ time }: Bank): number =>
    Math.abs(time - event.at);

function nearOf(exercise: Exercise, free: readonly Hosted[], rules: AuditRules): Bank[] {
  const { at, courseId } = exercise.event;
  const hosted = free.filter(({ host }) => host === exercise).map(({ bank }) => ({ ...bank, hosted: true }));
  const beside = free
    .filter(
      ({ host, bank }) =>
        host === null && bank.time >= at - rules.bankBeforeSeconds * 1000 && bank.time <= at + rules.hostSeconds * 1000,
    )
    .map(({ bank }) => bank)
    .filter((bank) => isSameCourse(bank.courseId, courseId));
  const distance = distanceTo(exercise);
  const nearestFirst = (a: Bank, b: Bank) => distance(a) - distance(b) || (a.sourcedId < b.sourcedId ? -1 : 1);
  return [...hosted.sort(nearestFirst), ...beside.sort(nearestFirst)];
}

function lateOf({ event }: Exercise, free: readonly Hosted[], rules: AuditRules): NamedBank[] {
  return free
    .filter(
      ({ host, bank }) =>
        host === null && bank.isSure && !bank.isEvent && bank.time > event.at + rules.hostSeconds * 1000,
    )
    .map(({ bank }) => bank)
    .filter(
      (bank) => bank.time <= event.at + rules.bankLateSeconds * 1000 && isSameCourse(bank.courseId, event.courseId),
    )
    .sort((a, b) => a.time - b.time || (a.sourcedId < b.sourcedId ? -1 : 1));
}

/** Base XP of the passive results at 0 since the last exercise. */
function zeroBaseOf(
  { event }: Exercise,
  results: readonly ResultNote[],
  exercises: readonly Exercise[],
  { resources }: Evidence,
): Xp {
  const bases = results.flatMap(({ xp, scoredAt, courseId, activityKey }) => {
    const resource = resources.get(activityKey);
    if (!resource?.isPassive || (xp ?? 0n) !== 0n || scoredAt === null) return [];
    if (scoredAt > event.at || scoredAt < event.at - ZERO_MS || !isSameCourse(courseId, event.courseId)) return [];
    const isBetween = exercises.some(
      (other) =>
        other.event.at >= scoredAt && other.event.at < event.at && isSameCourse(other.event.courseId, event.courseId),
    );
    return isBetween ? [] : [resource.base ?? 0n];
  });
  return sumOf(bases);
}

/** For each exercise of a student the banked XP that bears on it; what links to the exercise itself is not in it. */
export function bankedXp(
  judged: readonly JudgedEvent[],
  exercises: readonly Exercise[],
  student: string,
  { evidence, rules }: Ground,
): Map<Exercise, BankedXp> {
  const results = evidence.resultsOf(student);
  const isCovered = !evidence.hasResults || evidence.hasStudent(student);
  const banks = evidence.hasResults ? banksOfResults(results, evidence) : banksOfEvents(judged);
  const hosted = banks.map((bank) => ({ bank, host: hostOf(bank, exercises, rules) }));
  return new Map(
    exercises.map((exercise) => {
      const own = new Set(exercise.linked.map(({ sourcedId }) => sourcedId));
      const free = hosted.filter(({ bank }) => !own.has(bank.sourcedId));
      const near = nearOf(exercise, free, rules);
      return [
        exercise,
        {
          near: near.filter(({ isSure }) => isSure),
          isQuiet: near.length === 0 && isCovered,
          late: lateOf(exercise, free, rules),
          zeroBase: zeroBaseOf(exercise, results, exercises, evidence),
        },
      ];
    }),
  );
}
