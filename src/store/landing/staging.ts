import { sql } from "kysely";
import type { Session } from "../engine/session.js";
import { openEmpty, type TempTable, tableLike } from "../engine/temp-table.js";
import type { Page } from "../source/batches.js";
import { pageColumns } from "../source/inspect.js";
import type { SourceTable } from "../source/tables.js";
import { markSeen } from "./full-read.js";

/** The staging table of a source table; `stage` fills it. */
export const incoming = (table: SourceTable): TempTable =>
  tableLike(
    `incoming_${table.name}`,
    pageColumns(table),
    sql`(select null::text as read_at, * from ${sql.table(`timeback.${table.name}`)}) t`,
  );

/** Rows of a source table to be landed in one transaction. */
export interface StagedPages {
  table: SourceTable;
  pages: AsyncIterable<Page>;
  /** Whether the run reads everything, so that the ids must be added to `seenIds`. */
  full: boolean;
}

/** Copies rows into the empty table `incoming`, and returns their number. */
export async function stage(session: Session, { table, pages, full }: StagedPages): Promise<number> {
  const staging = incoming(table);
  await openEmpty(session.db, staging);
  let rows = 0;
  for await (const page of pages) {
    rows += await session.copyIn(staging.path, staging.columns, page.all());
    page.release();
  }
  if (full) await markSeen(session.db, staging);
  return rows;
}
