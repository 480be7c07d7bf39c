import type { Xp } from "../../values/xp.js";

/** Microseconds since 1970 (UTC), the exact precision of landed instants. */
export type Micros = number;

export const SECOND: Micros = 1_000_000;
export const HOUR: Micros = 3600 * SECOND;
export const DAY: Micros = 24 * HOUR;

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
  /** Its day in the zone whose days facts stand on, `YYYY-MM-DD`. */
  day: string;
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
  /** `date_last_modified` of the reading that first showed this XP. */
  xpSince: Micros | null;
  xp: Xp | null;
  /** In ten-thousandths. */
  multiplier: bigint | null;
  attempt: number | null;
  total: Xp | null;
  correct: Xp | null;
  /** `xpReason`, trimmed; null if blank or missing. */
  reason: string | null;
}

/** What one reading of a result showed of its XP. */
export interface ResultReading {
  xp: Xp | null;
  /** `date_last_modified` of the reading that first showed this XP. */
  xpSince: Micros | null;
  completedAt: Micros | null;
  /** Null where the score date is a day without time. */
  scoredAt: Micros | null;
  reason: string | null;
}

/** A result that was read more than once, whatever became of it. */
export interface ResultHistory {
  sourcedId: string;
  activityKey: string;
  courseId: string | null;
  /** Those in which it was active, in their order. */
  readings: readonly ResultReading[];
}

/** A resource: its base XP, and whether it is watched or read. */
export interface ResourceRecord {
  base: Xp | null;
  /** `date_last_modified` of the reading that first showed this base; null where the source does not say. */
  since: Micros | null;
  /** What it paid before, the oldest first. */
  earlier: readonly { xp: Xp | null; since: Micros | null }[];
  /** Whether many resources were modified within that minute. */
  isTouchedWithMany: boolean;
  isPassive: boolean;
  title: string | null;
}

/** Time that was spent on an activity, as a TimeSpentEvent says. */
export interface SpentRecord {
  at: Micros;
  activityKey: string | null;
  courseId: string | null;
}

/** Everything that the rules look at of one student. Links never leave a student. */
export interface StudentRecords<E extends EventRecord = EventRecord> {
  student: string;
  /** By instant, then id. */
  events: readonly E[];
  results: readonly ResultRecord[];
  /** Those that had XP in some reading, of no child line item; also of results that are not active any more. */
  histories: readonly ResultHistory[];
  /** In no order. */
  spent: readonly SpentRecord[];
  /** The results that link to an event (docs/facts.md, "Links"). */
  links: ReadonlyMap<E, readonly ResultRecord[]>;
  /** The resource of an activity; null if none is known. */
  resource(activityKey: string | null): ResourceRecord | null;
}

/** Types of resources that are watched or read, in lower case. */
export const PASSIVE_TYPES: readonly string[] = ["article", "video"];

/** Whether one of a resource's types means that it is watched or read. docs/audit.md, "Passive activities". */
export const isPassiveType = (...types: readonly (string | null | undefined)[]): boolean =>
  types.some((type) => PASSIVE_TYPES.includes(type?.toLowerCase() ?? ""));

/** Whether a result says of itself that its XP was banked; some apps add which activity it was: `Banked XP: Video 3`. */
export const saysBanked = (reason: string | null): boolean => /^\s*banked xp\b/i.test(reason ?? "");

/** Whether an event only corrects what earlier ones reported: it takes XP back and asks no questions. */
export const isAdjustment = ({ xp, total }: EventRecord): boolean => xp !== null && xp < 0n && (total ?? 0n) === 0n;

/** True unless both courses are known and differ. */
export const isSameCourse = (one: string | null, other: string | null): boolean =>
  one === null || other === null || one === other;
