import type { Xp } from "../../values/xp.js";

/** Microseconds since 1970, in UTC: exact, as landed instants are. */
export type Micros = number;

export const SECOND: Micros = 1_000_000;
export const HOUR: Micros = 3600 * SECOND;

/** The millisecond in which an instant lies, since 1970. */
export const milliOf = (instant: Micros): number => Math.floor(instant / 1000);

/** ISO text with milliseconds. */
export const instantText = (instant: Micros): string => new Date(milliOf(instant)).toISOString();

/** An ActivityEvent that carries metrics, as far as the rules read it. XP and questions in ten-thousandths. */
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

/** An active result of no child line item, in its last reading. */
export interface ResultRecord {
  sourcedId: string;
  activityKey: string;
  courseId: string | null;
  /** Null where the score date is a day without time. */
  scoredAt: Micros | null;
  endedAt: Micros | null;
  completedAt: Micros | null;
  xp: Xp | null;
  /** In ten-thousandths. */
  multiplier: bigint | null;
  attempt: number | null;
  total: Xp | null;
  correct: Xp | null;
  /** `xpReason`, trimmed; null where it is blank or missing. */
  reason: string | null;
  /** The reading that first showed its XP after one that showed 0: see riseOf. */
  rise: XpReading<Micros> | null;
}

/** A resource: what its activity pays, and whether it is watched or read. */
export interface ResourceRecord {
  base: Xp | null;
  isPassive: boolean;
  title: string | null;
}

/** Everything that the rules look at of one student. Links never leave a student. */
export interface StudentRecords<E extends EventRecord = EventRecord> {
  student: string;
  /** By instant, then id. */
  events: readonly E[];
  results: readonly ResultRecord[];
  /** The results that link to an event (docs/facts.md, "Links"). */
  links: ReadonlyMap<E, readonly ResultRecord[]>;
  /** The resource of an activity; null where none is known. */
  resource(activityKey: string | null): ResourceRecord | null;
}

const PASSIVE = new Set(["article", "video"]);

/** Whether one of these types of a resource says that it is watched or read. docs/audit.md, "Passive activities". */
export const isPassiveType = (...types: readonly (string | null | undefined)[]): boolean =>
  types.some((type) => PASSIVE.has(type?.toLowerCase() ?? ""));

/** Whether a result says of itself that its XP was banked. */
export const saysBanked = (reason: string | null): boolean => reason?.trim().toLowerCase() === "banked xp";

/** The two courses are not known to differ. */
export const isSameCourse = (one: string | null, other: string | null): boolean =>
  one === null || other === null || one === other;

/** XP that a reading of a result showed, and when a reading first showed it. */
export interface XpReading<Instant> {
  xp: Xp | null;
  since: Instant | null;
}

/**
 * How a result's XP rose from 0: the first reading, in their order, that shows XP after one that showed 0; null where
 * there is none. A reading without XP is none that showed 0.
 */
export function riseOf<Instant>(readings: readonly XpReading<Instant>[]): XpReading<Instant> | null {
  const zero = readings.findIndex(({ xp }) => xp === 0n);
  if (zero < 0) return null;
  return readings.slice(zero).find(({ xp }) => xp !== null && xp > 0n) ?? null;
}
