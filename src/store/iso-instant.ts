import { type RawBuilder, sql } from "kysely";

/** SQL for a timestamptz as answers show it: ISO 8601 in UTC with milliseconds. */
export const isoInstant = (instant: RawBuilder<unknown>): RawBuilder<string> =>
  sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
