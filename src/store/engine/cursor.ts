import { type RawBuilder, sql } from "kysely";
import type { Db } from "./session.js";

export const PAGE_ROWS = 1_000;
/** Rows of a page whose rows are large: findings with their proof, suspects with all that bears on them. */
export const FEW_ROWS = 100;
let opened = 0;

/**
 * Rows of a statement, some at a time, over a cursor of the session: between two pages the session may run other
 * statements. To be called inside a transaction.
 */
export async function* pagesOf<Row>(
  db: Db,
  statement: RawBuilder<Row>,
  pageRows: number = PAGE_ROWS,
): AsyncGenerator<Row[]> {
  opened += 1;
  const cursor = sql.id(`pages_${opened}`);
  await sql`declare ${cursor} no scroll cursor for ${statement}`.execute(db);
  try {
    for (;;) {
      const { rows } = await sql<Row>`fetch forward ${sql.lit(pageRows)} from ${cursor}`.execute(db);
      if (rows.length > 0) yield rows;
      if (rows.length < pageRows) return;
    }
  } finally {
    await sql`close ${cursor}`.execute(db).catch(() => {}); // a failed transaction has closed it
  }
}

/** Whether one of the session's tables has any row. */
export async function isAny(db: Db, table: string): Promise<boolean> {
  const { rows } = await sql<{
    any: boolean;
  }>`select exists (select from ${sql.table(`pg_temp.${table}`)}) as any`.execute(db);
  return rows[0]?.any === true;
}
