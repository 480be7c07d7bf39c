import { type RawBuilder, sql } from "kysely";
import { EVENT_PREFIX, RESULT_PREFIX } from "../../domain/values/source-keys.js";

const EVENT_KEY = `^${EVENT_PREFIX}[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`;

/** SQL for the key of an event; src/domain/values/source-keys.ts is its counterpart in memory. */
export const eventKey = (id: RawBuilder<unknown>): RawBuilder<unknown> => sql`${sql.lit(EVENT_PREFIX)} || ${id}`;
/** SQL for the key of a result. */
export const resultKey = (id: RawBuilder<unknown>): RawBuilder<unknown> => sql`${sql.lit(RESULT_PREFIX)} || ${id}`;

const startsWith = (key: RawBuilder<unknown>, prefix: string): RawBuilder<unknown> =>
  sql`${key} like ${sql.lit(`${prefix}%`)}`;
const idAfter = (key: RawBuilder<unknown>, prefix: string): RawBuilder<unknown> =>
  sql`substr(${key}, ${sql.lit(prefix.length + 1)})`;

/** Whether a key has the form of an event's or a result's. */
export const isSourceKey = (key: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(${startsWith(key, EVENT_PREFIX)} or ${startsWith(key, RESULT_PREFIX)})`;
/** The id in the key of an event, as uuid; null for any other text. */
export const eventIdIn = (key: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`case when ${key} ~ ${sql.lit(EVENT_KEY)} then ${idAfter(key, EVENT_PREFIX)}::uuid end`;
/** The sourcedId in the key of a result; null for any other text. */
export const resultIdIn = (key: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`case when ${startsWith(key, RESULT_PREFIX)} then ${idAfter(key, RESULT_PREFIX)} end`;
