import type { Xp } from "../../values/xp.js";

/** Microseconds since 1970 (UTC), the exact precision of landed instants. */
export type Micros = number;

export const SECOND: Micros = 1_000_000;
export const HOUR: Micros = 3600 * SECOND;

/** The instant in whole milliseconds since 1970. */
export const milliOf = (instant: Micros): number => Math.floor(instant / 1000);

/** ISO text with milliseconds. */
export const instantText = (instant: Micros): string => new Date(milliOf(instant)).toISOString();

/** The fields of an ActivityEvent with metrics that the rules read. XP and questions in ten-thousandths. */
export interface EventRecord {
  eventId: string;
  /** Empty where the event names none. */
  app: string;
  at: Micros;
  activityKey: string | null;
  courseId: string | null;
  /** As reported; some apps count from 0. */
  attempt: number | null;
  xp: Xp | null;
  total: Xp | null;
  correct: Xp | null;
}

/** The current reading of an active result that is not of a child line item. */
export interface ResultRecord {
  sourcedId: string;
  activityKey: string;
  courseId: string | null;
  /** Null if the score date is a day without a time. */
  scoredAt: Micros | null;
  endedAt: Micros | null;
  completedAt: Micros | null;
  xp: Xp | null;
  /** In ten-thousandths. */
  multiplier: bigint | null;
  attempt: number | null;
  total: Xp | null;
  correct: Xp | null;
  /** `xpReason`, trimmed; null if blank or missing. */
  reason: string | null;
  /** The reading that first showed its XP after one that showed 0: see riseOf. */
  rise: XpReading<Micros> | null;
}

/** A resource: its base XP, and whether it is watched or read. */
export interface ResourceRecord {
  base: Xp | null;
  isPassive: boolean;
  title: string | null;
}

/** Everything that the rules read of one student. Links never cross students. */
export interface StudentRecords<E extends EventRecord = EventRecord> {
  student: string;
  /** By instant, then id. */
  events: readonly E[];
  results: readonly ResultRecord[];
  /** The results that link to an event (docs/facts.md, "Links"). */
  links: ReadonlyMap<E, readonly ResultRecord[]>;
  /** The resource of an activity; null if none is known. */
  resource(activityKey: string | null): ResourceRecord | null;
}

const PASSIVE = new Set(["article", "video"]);

/** Whether one of a resource's types means that it is watched or read. docs/audit.md, "Passive activities". */
export const isPassiveType = (...types: readonly (string | null | undefined)[]): boolean =>
  types.some((type) => PASSIVE.has(type?.toLowerCase() ?? ""));

/** Whether a result's reason says that its XP was banked. */
export const saysBanked = (reason: string | null): boolean => reason?.trim().toLowerCase() === "banked xp";

/** True unless both courses are known and differ. */
export const isSameCourse = (one: string | null, other: string | null): boolean =>
  one === null || other === null || one === other;

/** XP of a result's reading, and when a reading first showed it. */
export interface XpReading<Instant> {
  xp: Xp | null;
  since: Instant | null;
}

/** The first reading, in order, with XP after one with 0; null if there is none. A reading without XP does not count as 0. */
export function riseOf<Instant>(readings: readonly XpReading<Instant>[]): XpReading<Instant> | null {
  const zero = readings.findIndex(({ xp }) => xp === 0n);
  if (zero < 0) return null;
  return readings.slice(zero).find(({ xp }) => xp !== null && xp > 0n) ?? null;
}
