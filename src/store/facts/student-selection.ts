import { type RawBuilder, sql } from "kysely";
import { pagesOf } from "../engine/cursor.js";
import type { Db } from "../engine/session.js";
import { everything, type Scope } from "./link-rules.js";

/** Halves of all students; links never cross students. */
export const HALVES = ["first half", "second half"] as const;

/** All students, or half of them. */
export type StudentPart = "all" | (typeof HALVES)[number];

/** Some students: a part of all, or those with these ids. */
export type Students = StudentPart | readonly string[];

/** Whether the students are named one by one. */
export const areNamed = (students: Students): students is readonly string[] => typeof students !== "string";

const MOST_FEW = 20;

/** Whether the students are so few that indexes and statistics of their rows cost more than they save. */
export const areFew = (students: Students): boolean => areNamed(students) && students.length <= MOST_FEW;

/**
 * `and …`: the student is one of these. A half is a range of hashes, which the planner estimates as a third of the rows; for a
 * remainder it would estimate one in 200, and look each row up by an index.
 */
export function inPart(students: Students, student: RawBuilder<unknown>): Scope {
  if (areNamed(students)) return sql`and ${student} = any(${[...students]}::text[])`;
  if (students === "all") return everything;
  return students === "first half" ? sql`and hashtext(${student}) < 0` : sql`and hashtext(${student}) >= 0`;
}
/** As `pagesOf`, for rows about these students; those of few students come at once, which saves two of three round trips. */
export async function* rowsAbout<Row>(
  db: Db,
  students: Students,
  statement: RawBuilder<Row>,
  pageRows?: Parameters<typeof pagesOf<Row>>[2],
): AsyncGenerator<Row[]> {
  if (!areFew(students)) return yield* pagesOf(db, statement, pageRows);
  const { rows } = await statement.execute(db);
  if (rows.length > 0) yield rows;
}
