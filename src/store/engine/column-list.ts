import { type RawBuilder, sql } from "kysely";

/** These columns as a list, each behind the prefix (`f.`). */
export const columnsOf = (prefix: string, columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(columns.map((column) => sql.ref(`${prefix}${column}`)));
