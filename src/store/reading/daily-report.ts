import { type RawBuilder, sql } from "kysely";
import type { Amount, StudentDay, StudentTotal } from "../../domain/views/student-day.js";
import type { Db } from "../engine/session.js";
import { streamRows } from "../engine/snapshot.js";
import { isoDay } from "../engine/sql-time.js";
import type { FactScope } from "../facts/fact-scope.js";
import { inScope } from "../facts/fact-scope.js";

interface DayRow extends Omit<StudentDay, "bySubject" | "byApp"> {
  subjects: string[] | null;
  subjectXp: string[] | null;
  apps: string[] | null;
  appXp: string[] | null;
}

/** Label for facts without a subject or an app. */
const none = sql.lit("(none)");

/** Sums by day, by day and subject, and by day and app, in one pass. */
const parts = (scope: FactScope): RawBuilder<unknown> => sql`
  part as (
    select student_id, date, subject, app, grouping(subject) = 0 as of_subject, grouping(app) = 0 as of_app,
      min(email collate "C") as email, sum(xp_earned) as xp, sum(active_seconds) as active,
      sum(inactive_seconds) as inactive, sum(waste_seconds) as waste, sum(total_questions) as total,
      sum(correct_questions) as correct, sum(mastered_units) as mastered
    from (
      select f.student_id, f.date, coalesce(f.subject, ${none}) as subject, coalesce(f.app, ${none}) as app, f.email,
        f.xp_earned, f.active_seconds, f.inactive_seconds, f.waste_seconds, f.total_questions, f.correct_questions,
        f.mastered_units
      from timeback.processed_facts f where ${inScope(scope)}) named
    group by grouping sets ((student_id, date), (student_id, date, subject), (student_id, date, app)))`;

/** The sum of a whole day: the row of no single subject or app. */
const ofDay = (sum: string): RawBuilder<unknown> =>
  sql`coalesce(max(${sql.ref(sum)}) filter (where not of_subject and not of_app), 0)::text`;

const xpBy = (name: "subject" | "app", values: "names" | "xp"): RawBuilder<unknown> => {
  const value = values === "names" ? sql.ref(name) : sql`xp::text`;
  return sql`array_agg(${value} order by ${sql.ref(name)} collate "C") filter (where ${sql.ref(`of_${name}`)} and xp is not null)`;
};

const pairs = (names: readonly string[] | null, values: readonly string[] | null): Amount[] =>
  (names ?? []).map((name, at) => ({ name, value: values?.[at] ?? "0" }));

/** Every student's days in scope, in pages, ordered by email (C order, unknown last), student and day. */
export async function* dailyReport(db: Db, scope: FactScope): AsyncGenerator<StudentDay[]> {
  const pages = streamRows(
    db,
    sql<DayRow>`
    with ${parts(scope)},
    day as (
      select student_id, date, min(email collate "C") as email, ${ofDay("xp")} as xp, ${ofDay("active")} as active,
        ${ofDay("inactive")} as inactive, ${ofDay("waste")} as waste, ${ofDay("total")} as total,
        ${ofDay("correct")} as correct, ${ofDay("mastered")} as mastered, ${xpBy("subject", "names")} as subjects,
        ${xpBy("subject", "xp")} as subject_xp, ${xpBy("app", "names")} as apps, ${xpBy("app", "xp")} as app_xp
      from part group by student_id, date)
    select student_id as "studentId", email, ${isoDay(sql`date`)} as date, xp, active as "activeSeconds",
      inactive as "inactiveSeconds", waste as "wasteSeconds", total as "totalQuestions", correct as "correctQuestions",
      mastered as "masteredUnits", subjects, subject_xp as "subjectXp", apps, app_xp as "appXp"
    from day order by email collate "C" nulls last, student_id collate "C", day.date`,
  );
  for await (const page of pages)
    yield page.map(({ subjects, subjectXp, apps, appXp, ...day }) => ({
      ...day,
      bySubject: pairs(subjects, subjectXp),
      byApp: pairs(apps, appXp),
    }));
}

/** One total for each student with facts in scope, in C order of the ids. */
export async function studentTotals(db: Db, scope: FactScope): Promise<StudentTotal[]> {
  const { rows } = await sql<Omit<StudentTotal, "days"> & { days: string }>`
    select f.student_id as "studentId", count(distinct f.date)::text as days, coalesce(sum(f.xp_earned), 0)::text as xp,
      coalesce(sum(f.active_seconds), 0)::text as "activeSeconds",
      coalesce(sum(f.total_questions), 0)::text as "totalQuestions",
      coalesce(sum(f.correct_questions), 0)::text as "correctQuestions"
    from timeback.processed_facts f where ${inScope(scope)}
    group by f.student_id order by f.student_id collate "C"`.execute(db);
  return rows.map((row) => ({ ...row, days: Number(row.days) }));
}
