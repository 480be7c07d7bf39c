import { type RawBuilder, sql } from "kysely";
import type { Db } from "../engine/session.js";

/**
 * Counters of rows that pass through a statement which returns only those that it writes: to keep all rows until they are counted
 * costs seconds for a million. They are sequences of the session, which no rollback resets.
 */
const COUNTERS = ["expected", "equal"] as const;
type Counter = (typeof COUNTERS)[number];

const sequence = (counter: Counter): string => `pg_temp.rows_${counter}`;

/** Creates the session's counters, or sets them to 0. */
export async function openCounters(db: Db): Promise<void> {
  for (const counter of COUNTERS)
    await sql`create temp sequence if not exists ${sql.id(`rows_${counter}`)} minvalue 0`.execute(db);
  const cleared = COUNTERS.map((counter) => sql`setval(${sql.lit(sequence(counter))}::regclass, 0)`);
  await sql`select ${sql.join(cleared)}`.execute(db);
}

/** Counts each row for which it is evaluated, which only a `case` controls; never null. */
export const counted = (counter: Counter): RawBuilder<unknown> => sql`nextval(${sql.lit(sequence(counter))}::regclass)`;

/** How many rows were counted since `openCounters`. */
export async function readCounters(db: Db): Promise<Record<Counter, number>> {
  const { rows } = await sql<Record<Counter, string>>`
    select expected.last_value as expected, equal.last_value as equal
    from ${sql.table(sequence("expected"))} expected, ${sql.table(sequence("equal"))} equal`.execute(db);
  return { expected: Number(rows[0]?.expected ?? 0), equal: Number(rows[0]?.equal ?? 0) };
}
