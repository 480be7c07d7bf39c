import type { AuditRules } from "../../domain/audit-rules.js";
import type { NamedBank } from "../../domain/bundle-words.js";
import { sumOf, type Xp } from "../../domain/xp.js";
import type { Evidence, Ground, ResultNote } from "./evidence.js";
import type { Exercise, JudgedEvent } from "./exercises.js";
import { TimeLine } from "./time-line.js";

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

/** What happened to a student, in the order of time. */
interface Past {
  exercises: TimeLine<Exercise>;
  /** Banked XP that no exercise hosts, and that which one does. */
  unhosted: TimeLine<Bank>;
  hosted: ReadonlyMap<Exercise, Bank[]>;
  /** Passive results without XP. */
  unpaid: TimeLine<ResultNote & { scoredAt: number }>;
}

const SECOND_MS = 1000;

/** The last exercise shortly before a bank write; of several at once, the one with the lowest id. */
function hostOf({ time, courseId }: Bank, exercises: TimeLine<Exercise>, { hostSeconds }: AuditRules): Exercise | null {
  const hosts = exercises
    .within(time - hostSeconds * SECOND_MS, time)
    .filter(({ event }) => isSameCourse(event.courseId, courseId));
  const latest = hosts.at(-1)?.event.at;
  return hosts.find(({ event }) => event.at === latest) ?? null;
}

function pastOf(
  banks: readonly Bank[],
  exercises: readonly Exercise[],
  results: readonly ResultNote[],
  { evidence, rules }: Ground,
): Past {
  const line = new TimeLine(exercises, ({ event }) => event.at);
  const unhosted: Bank[] = [];
  const hosted = new Map<Exercise, Bank[]>();
  for (const bank of banks) {
    const host = hostOf(bank, line, rules);
    if (host === null) unhosted.push(bank);
    else hosted.set(host, [...(hosted.get(host) ?? []), { ...bank, hosted: true }]);
  }
  const unpaid = results.flatMap((result) => {
    const { scoredAt, xp, activityKey } = result;
    const isUnpaid = (xp ?? 0n) === 0n && evidence.resources.get(activityKey)?.isPassive;
    return isUnpaid && scoredAt !== null ? [{ ...result, scoredAt }] : [];
  });
  return {
    exercises: line,
    unhosted: new TimeLine(unhosted, ({ time }) => time),
    hosted,
    unpaid: new TimeLine(unpaid, ({ scoredAt }) => scoredAt),
  };
}

/** What links to the exercise itself is not in it; nor is what was banked in another course. */
const mayHold =
  ({ event, linked }: Exercise) =>
  ({ sourcedId, courseId }: Bank): boolean =>
    isSameCourse(courseId, event.courseId) && linked.every((own) => own.sourcedId !== sourcedId);

const byId = (a: Bank, b: Bank): number => (a.sourcedId < b.sourcedId ? -1 : 1);

function nearOf(exercise: Exercise, { hosted, unhosted }: Past, rules: AuditRules): Bank[] {
  const { at } = exercise.event;
  const window = [at - rules.bankBeforeSeconds * SECOND_MS, at + rules.hostSeconds * SECOND_MS] as const;
  const nearestFirst = (a: Bank, b: Bank) => Math.abs(a.time - at) - Math.abs(b.time - at) || byId(a, b);
  const own = (hosted.get(exercise) ?? []).toSorted(nearestFirst);
  return [...own, ...unhosted.within(...window).sort(nearestFirst)].filter(mayHold(exercise));
}

function lateOf(exercise: Exercise, { unhosted }: Past, rules: AuditRules): NamedBank[] {
  const { at } = exercise.event;
  const near = at + rules.hostSeconds * SECOND_MS;
  return unhosted
    .within(near, at + rules.bankLateSeconds * SECOND_MS)
    .filter(({ time, isSure, isEvent }) => time > near && isSure && !isEvent)
    .filter(mayHold(exercise))
    .sort((a, b) => a.time - b.time || byId(a, b));
}

/** Base XP of the passive results at 0 since the last exercise. */
function zeroBaseOf({ event }: Exercise, { unpaid, exercises }: Past, { resources }: Evidence): Xp {
  const isLast = ({ scoredAt }: { scoredAt: number }): boolean =>
    !exercises
      .within(scoredAt, event.at)
      .some((other) => other.event.at < event.at && isSameCourse(other.event.courseId, event.courseId));
  const since = unpaid.within(event.at - ZERO_MS, event.at);
  return sumOf(
    since
      .filter((result) => isSameCourse(result.courseId, event.courseId) && isLast(result))
      .map(({ activityKey }) => resources.get(activityKey)?.base ?? 0n),
  );
}

/** For each exercise of a student the banked XP that bears on it. */
export function bankedXp(
  judged: readonly JudgedEvent[],
  exercises: readonly Exercise[],
  student: string,
  ground: Ground,
): Map<Exercise, BankedXp> {
  const { evidence, rules } = ground;
  const results = evidence.resultsOf(student);
  const isCovered = !evidence.hasResults || evidence.hasStudent(student);
  const banks = evidence.hasResults ? banksOfResults(results, evidence) : banksOfEvents(judged);
  const past = pastOf(banks, exercises, results, ground);
  return new Map(
    exercises.map((exercise) => {
      const near = nearOf(exercise, past, rules);
      return [
        exercise,
        {
          near: near.filter(({ isSure }) => isSure),
          isQuiet: near.length === 0 && isCovered,
          late: lateOf(exercise, past, rules),
          zeroBase: zeroBaseOf(exercise, past, evidence),
        },
      ];
    }),
  );
}
