/** Milliseconds since 1970-01-01, UTC. */
export type Moment = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** `2025-03-03T10:20:00.000Z` */
export const instantText = (at: Moment): string => new Date(at).toISOString();

/** `2025-03-03 10:20:00.000`: a column without time zone, in UTC. */
export const naiveText = (at: Moment): string => instantText(at).replace("T", " ").replace("Z", "");

/** `2025-03-03`, the day in UTC. */
export const dayText = (at: Moment): string => instantText(at).slice(0, 10);
