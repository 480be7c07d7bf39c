import { type RawBuilder, sql } from "kysely";
import { everything, type Scope } from "./linking.js";

/** Some of the students, such that the parts `0` to `of - 1` hold each once. Links never leave a student. */
export interface StudentPart {
  part: number;
  of: number;
}

/** All students, as one part. */
export const ALL_STUDENTS: StudentPart = { part: 0, of: 1 };

/** `and …`: the student is in the part. */
export const inPart = ({ part, of }: StudentPart, student: RawBuilder<unknown>): Scope =>
  of === 1 ? everything : sql`and mod(hashtext(${student})::bigint + 2147483648, ${sql.lit(of)}) = ${sql.lit(part)}`;
