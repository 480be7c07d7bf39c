import { type RawBuilder, sql } from "kysely";
import { everything, type Scope } from "./linking.js";

/** Some of the students, such that the parts `0` to `of - 1` hold each once. Links never leave a student. */
export interface StudentPart {
  part: number;
  of: number;
}

/** Some students: a part of all, or those with these ids. */
export type Students = StudentPart | readonly string[];

/** Whether the students are named one by one. */
export const areNamed = (students: Students): students is readonly string[] => Array.isArray(students);

const MOST_FEW = 20;

/** So few students that indexes and statistics of their rows cost more than they spare. */
export const areFew = (students: Students): boolean => areNamed(students) && students.length <= MOST_FEW;

/** All students, as one part. */
export const ALL_STUDENTS: StudentPart = { part: 0, of: 1 };

/** `and …`: the student is one of these. */
export function inPart(students: Students, student: RawBuilder<unknown>): Scope {
  if (areNamed(students)) return sql`and ${student} = any(${[...students]}::text[])`;
  const { part, of } = students;
  return of === 1
    ? everything
    : sql`and mod(hashtext(${student})::bigint + 2147483648, ${sql.lit(of)}) = ${sql.lit(part)}`;
}
