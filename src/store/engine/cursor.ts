import { type RawBuilder, sql } from "kysely";
import type { Db } from "./session.js";

const PAGE_ROWS = 1_000;
/** Page size for large rows: findings with their proof. */
export const FEW_ROWS = 100;
let opened = 0;

/**
 * Yields the rows of a statement in pages, from a cursor: between two pages the session may run other statements. `pageRows` is the
 * page size, or computes the next one from the current page (empty before the first). Call it inside a transaction.
 */
export async function* pagesOf<Row>(
  db: Db,
  statement: RawBuilder<Row>,
  pageRows: number | ((page: readonly Row[]) => number) = PAGE_ROWS,
): AsyncGenerator<Row[]> {
  opened += 1;
  const cursor = sql.id(`pages_${opened}`);
  const sizeAfter = typeof pageRows === "number" ? () => pageRows : pageRows;
  await sql`declare ${cursor} no scroll cursor for ${statement}`.execute(db);
  try {
    for (let size = sizeAfter([]); ; ) {
      const { rows } = await sql<Row>`fetch forward ${sql.lit(size)} from ${cursor}`.execute(db);
      if (rows.length > 0) yield rows;
      if (rows.length < size) return;
      size = sizeAfter(rows);
    }
  } finally {
    await sql`close ${cursor}`.execute(db).catch(() => {}); // a failed transaction has closed it
  }
}
