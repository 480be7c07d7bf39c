/** Milliseconds since 1970, UTC. */
export type Moment = number;

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Where a school is. Offsets in minutes east of Greenwich. */
export interface Zone {
  name: string;
  winter: number;
  summer: number;
  /** First and last day of summer time (both included), as MM-DD for the years that are played; null: none. */
  summerDays: readonly [string, string] | null;
}

/** `2025-01-14T04:30:00.000Z`. */
export const instant = (at: Moment): string => new Date(at).toISOString();

/** As a timestamp without zone is dumped: `2025-01-14 04:30:00.000`, in UTC. */
export const stamp = (at: Moment): string => instant(at).replace("T", " ").replace("Z", "");

/** The day in UTC. */
export const utcDay = (at: Moment): string => instant(at).slice(0, 10);

/** Midnight of a day, in UTC. @throws RangeError for text that is no day */
export function midnight(day: string): Moment {
  const at = Date.parse(`${day}T00:00:00.000Z`);
  if (Number.isNaN(at)) throw new RangeError(`not a day: ${day}`);
  return at;
}

export const dayAfter = (day: string, count = 1): string => utcDay(midnight(day) + count * DAY);

/** 0 is Sunday. */
export const weekday = (day: string): number => new Date(midnight(day)).getUTCDay();

function offsetOf(zone: Zone, day: string): number {
  if (zone.summerDays === null) return zone.winter;
  const [first, last] = zone.summerDays;
  const monthDay = day.slice(5);
  return monthDay >= first && monthDay <= last ? zone.summer : zone.winter;
}

/** The instant when clocks of the zone show so many minutes after midnight of a day. */
export const localTime = (zone: Zone, day: string, minutes: number): Moment =>
  midnight(day) + (minutes - offsetOf(zone, day)) * MINUTE;

/** The day on the zone's calendars at an instant. */
export const localDay = (zone: Zone, at: Moment): string => utcDay(at + offsetOf(zone, utcDay(at)) * MINUTE);
