import type { Xp } from "../../values/xp.js";
import { type Micros, type ResourceRecord, SECOND } from "./records.js";

/** What an activity paid at some time, and whether that is known or only what it pays since. */
export interface BaseXp {
  base: Xp | null;
  isKnown: boolean;
}

const NONE: BaseXp = { base: null, isKnown: true };

/**
 * The base XP of an activity at an instant: what its resource said then. Where every reading is of a later date, it is the
 * first one's, and is known only if many resources were touched together: then the date says nothing of this one.
 * docs/audit.md, "The base of the time".
 */
export function baseAt(resource: ResourceRecord | null, at: Micros): BaseXp {
  if (resource === null) return NONE;
  const { base, since, earlier, isTouchedWithMany } = resource;
  const readings = [...earlier, { xp: base, since }];
  const then = readings.findLast((reading) => reading.since === null || reading.since <= at);
  if (then !== undefined) return { base: then.xp, isKnown: true };
  return { base: readings[0]?.xp ?? null, isKnown: isTouchedWithMany };
}

/** The minute of an instant. */
export const minuteOf = (instant: Micros | null): number | null =>
  instant === null ? null : Math.floor(instant / (60 * SECOND));

const [FEW, MANY] = [2, 20];

/**
 * The minutes in which so many resources were modified that a job touched them, and nobody edited them one by one: 20, or half
 * of all. Given how many were modified in each minute.
 */
export function minutesOfJobs(modified: ReadonlyMap<number | null, number>): ReadonlySet<number | null> {
  const all = [...modified.values()].reduce((sum, n) => sum + n, 0);
  const least = Math.max(FEW, Math.min(MANY, Math.ceil(all / 2)));
  return new Set([...modified].flatMap(([minute, n]) => (n >= least && minute !== null ? [minute] : [])));
}
