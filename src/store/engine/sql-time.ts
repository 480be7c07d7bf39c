import { type RawBuilder, sql } from "kysely";

/** SQL for a timestamptz in output: ISO 8601 in UTC with milliseconds. */
export const isoInstant = (instant: RawBuilder<unknown>): RawBuilder<string> =>
  sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
/** SQL for a date in output: `YYYY-MM-DD`. */
export const isoDay = (date: RawBuilder<unknown>): RawBuilder<string> => sql`to_char(${date}, 'YYYY-MM-DD')`;
/** An interval of this many seconds. */
export const secondsApart = (seconds: number): RawBuilder<unknown> => sql`make_interval(secs => ${sql.lit(seconds)})`;
export const MILLISECOND = sql`interval '1 millisecond'`;
/** The start of the bucket of this width that contains an instant. Much faster than date_trunc and date_part. */
export const bucketOf = (instant: RawBuilder<unknown>, width: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`date_bin(${width}, ${instant}, timestamptz '0001-01-01 00:00:00+00')`;
/** An instant truncated to the millisecond. */
export const millisecondOf = (instant: RawBuilder<unknown>): RawBuilder<unknown> => bucketOf(instant, MILLISECOND);
