import { type RawBuilder, sql } from "kysely";

/** The columns as a list, each with the prefix (`f.`). */
export const columnsOf = (prefix: string, columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(columns.map((column) => sql.ref(`${prefix}${column}`)));
