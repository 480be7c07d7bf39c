import { type RawBuilder, sql } from "kysely";

/** Which facts are requested; null means no restriction. Days are inclusive, in the stored zone. */
export interface FactScope {
  students: readonly string[] | null;
  from: string | null;
  to: string | null;
}
/** True if nothing is restricted. */
export const isEverything = ({ students, from, to }: FactScope): boolean =>
  students === null && from === null && to === null;
/** Condition: the student is in scope. */
export const among = (student: RawBuilder<unknown>, { students }: Pick<FactScope, "students">): RawBuilder<unknown> =>
  students === null ? sql`true` : sql`${student} = any(${[...students]}::text[])`;
/** Condition: the day is in scope. */
export const within = (day: RawBuilder<unknown>, { from, to }: FactScope): RawBuilder<unknown> =>
  sql`${from === null ? sql`true` : sql`${day} >= ${from}::date`} and ${to === null ? sql`true` : sql`${day} <= ${to}::date`}`;
/** Condition: the fact `f` is in scope. */
export const inScope = (scope: FactScope): RawBuilder<unknown> =>
  sql`${among(sql`f.student_id`, scope)} and ${within(sql`f.date`, scope)}`;
