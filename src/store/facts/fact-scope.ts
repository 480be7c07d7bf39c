import { type RawBuilder, sql } from "kysely";

/** Which facts are asked for; null is no restriction. Days are both inclusive, in the stored zone. */
export interface FactScope {
  students: readonly string[] | null;
  from: string | null;
  to: string | null;
}
/** True where the scope is everything. */
export const isEverything = ({ students, from, to }: FactScope): boolean =>
  students === null && from === null && to === null;
/** The student is one of those in scope. */
export const among = (student: RawBuilder<unknown>, { students }: Pick<FactScope, "students">): RawBuilder<unknown> =>
  students === null ? sql`true` : sql`${student} = any(${[...students]}::text[])`;
/** The day is one of those in scope. */
export const within = (day: RawBuilder<unknown>, { from, to }: FactScope): RawBuilder<unknown> =>
  sql`${from === null ? sql`true` : sql`${day} >= ${from}::date`} and ${to === null ? sql`true` : sql`${day} <= ${to}::date`}`;
/** The facts `f` of these students and days. */
export const inScope = (scope: FactScope): RawBuilder<unknown> =>
  sql`${among(sql`f.student_id`, scope)} and ${within(sql`f.date`, scope)}`;
