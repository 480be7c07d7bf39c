import { type RawBuilder, sql } from "kysely";

/** SQL for a timestamptz as answers show it: ISO 8601 in UTC with milliseconds. */
export const isoInstant = (instant: RawBuilder<unknown>): RawBuilder<string> =>
  sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
/** SQL for a date as answers show it: `YYYY-MM-DD`. */
export const isoDay = (date: RawBuilder<unknown>): RawBuilder<string> => sql`to_char(${date}, 'YYYY-MM-DD')`;
/** So many seconds, as an interval. */
export const secondsApart = (seconds: number): RawBuilder<unknown> => sql`make_interval(secs => ${sql.lit(seconds)})`;
export const MILLISECOND = sql`interval '1 millisecond'`;
/** The start of the bucket of this width in which an instant lies. Much faster than date_trunc and date_part. */
export const bucketOf = (instant: RawBuilder<unknown>, width: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`date_bin(${width}, ${instant}, timestamptz '0001-01-01 00:00:00+00')`;
/** The millisecond in which an instant lies. */
export const millisecondOf = (instant: RawBuilder<unknown>): RawBuilder<unknown> => bucketOf(instant, MILLISECOND);
