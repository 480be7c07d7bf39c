import type { AuditRules } from "../../domain/rules/audit-rules.js";
import type { NamedBank } from "../../domain/rules/bundling-words.js";
import { sumOf, type Xp } from "../../domain/values/xp.js";
import type { EventNote } from "./event-note.js";
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
}

/** The banked XP that bears on one exercise. docs/audit.md, "Banked XP". */
export interface BankedXp {
  near: NamedBank[];
  isQuiet: boolean;
  late: NamedBank[];
  zeroBase: Xp;
}

const ZERO_MS = 2 * 3_600_000;

const instantText = (time: number): string => new Date(time).toISOString();

/** Whether a result was banked: it says so, or says nothing and was seen to rise. */
const wasBanked = ({ isBanked, hasReason, roseAt }: ResultNote, isPassive: boolean): boolean =>
  isBanked || (!hasReason && isPassive && roseAt !== null);

/** A score date without time proves nothing. */
const banksOfResults = (results: readonly ResultNote[], { resources }: Evidence): Bank[] =>
  results.flatMap((result) => {
    const { sourcedId, xp, activityKey, courseId } = result;
    const time = result.completedAt ?? result.roseAt ?? result.scoredAt;
    const resource = resources.get(activityKey);
    if (xp === null || xp <= 0n || result.day !== null || time === null) return [];
    if (!wasBanked(result, resource?.isPassive ?? false)) return [];
    const named = { at: instantText(time), activityId: activityKey, title: resource?.title ?? null };
    return [{ sourcedId, xp, base: resource?.base ?? 0n, hosted: false, ...named, time, courseId, isEvent: false }];
  });

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
    }));

const isSameCourse = (one: string | null, other: string | null): boolean =>
  one === null || other === null || one === other;

/** One event of an exercise; its twins count as events of the same exercise. */
interface Completion {
  event: EventNote;
  exercise: Exercise;
}

/** What happened to a student, in the order of time. */
interface Past {
  completions: TimeLine<Completion>;
  /** Banked XP that no exercise hosts, and that which one does. */
  unhosted: TimeLine<Bank>;
  hosted: ReadonlyMap<Exercise, Bank[]>;
  /** Passive results without XP. */
  unpaid: TimeLine<ResultNote & { scoredAt: number }>;
}

const SECOND_MS = 1000;

const byEventId = (a: Completion, b: Completion): number => (a.event.eventId < b.event.eventId ? -1 : 1);

/** The exercise that was completed last, shortly before a bank write; of several at once, the one with the lowest event id. */
function hostOf(
  { time, courseId }: Bank,
  completions: TimeLine<Completion>,
  { hostSeconds }: AuditRules,
): Exercise | null {
  const hosts = completions
    .within(time - hostSeconds * SECOND_MS, time)
    .filter(({ event }) => isSameCourse(event.courseId, courseId));
  const latest = hosts.at(-1)?.event.at;
  return hosts.filter(({ event }) => event.at === latest).sort(byEventId)[0]?.exercise ?? null;
}

function pastOf(
  banks: readonly Bank[],
  exercises: readonly Exercise[],
  results: readonly ResultNote[],
  { evidence, rules }: Ground,
): Past {
  const all = exercises.flatMap((exercise) =>
    [exercise.event, ...exercise.twins].map((event) => ({ event, exercise })),
  );
  const completions = new TimeLine(all, ({ event }) => event.at);
  const unhosted: Bank[] = [];
  const hosted = new Map<Exercise, Bank[]>();
  for (const bank of banks) {
    const host = hostOf(bank, completions, rules);
    if (host === null) unhosted.push(bank);
    else hosted.set(host, [...(hosted.get(host) ?? []), { ...bank, hosted: true }]);
  }
  const unpaid = results.flatMap((result) => {
    const { scoredAt, xp, activityKey } = result;
    const isUnpaid = (xp ?? 0n) === 0n && evidence.resources.get(activityKey)?.isPassive;
    return isUnpaid && scoredAt !== null ? [{ ...result, scoredAt }] : [];
  });
  return {
    completions,
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
    .filter(({ time, isEvent }) => time > near && !isEvent)
    .filter(mayHold(exercise))
    .sort((a, b) => a.time - b.time || byId(a, b));
}

/** Base XP of the passive results at 0 since the last exercise. */
function zeroBaseOf(exercise: Exercise, { unpaid, completions }: Past, { resources }: Evidence): Xp {
  const { at, courseId } = exercise.event;
  const isLast = ({ scoredAt }: { scoredAt: number }): boolean =>
    !completions
      .within(scoredAt, at)
      .some(
        (other) => other.exercise !== exercise && other.event.at < at && isSameCourse(other.event.courseId, courseId),
      );
  const since = unpaid.within(at - ZERO_MS, at);
  return sumOf(
    since
      .filter((result) => isSameCourse(result.courseId, courseId) && isLast(result))
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
  const banks = evidence.hasResults ? banksOfResults(results, evidence) : banksOfEvents(judged);
  const past = pastOf(banks, exercises, results, ground);
  return new Map(
    exercises.map((exercise) => {
      const near = nearOf(exercise, past, rules);
      return [
        exercise,
        {
          near,
          isQuiet: near.length === 0,
          late: lateOf(exercise, past, rules),
          zeroBase: zeroBaseOf(exercise, past, evidence),
        },
      ];
    }),
  );
}
