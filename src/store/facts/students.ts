import { type RawBuilder, sql } from "kysely";
import type { Db } from "../engine/session.js";

/**
 * The student an actor stands for (docs/facts.md, "Students"): the segment of its id where `users` has it; else the
 * one active user with its email; else the segment where the id looks like a user; else the email; else the segment.
 */
const studentOf = (
  segment: RawBuilder<unknown>,
  email: RawBuilder<unknown>,
  looksLikeUser: RawBuilder<unknown>,
) => sql`coalesce(
  (select u.sourced_id from timeback.users u where u.sourced_id = ${segment}),
  (select min(u.sourced_id) from timeback.users u
    where u.email = ${email} and lower(coalesce(u.status, 'active')) = 'active' having count(*) = 1),
  case when ${looksLikeUser} then ${segment} end, ${email}, ${segment})`;

export const actorStudent = studentOf(sql.ref("a.segment"), sql.ref("a.email"), sql.ref("a.looks_like_user"));

/** Notes who the users in `pg_temp.<changed>` (columns `sourced_id`, `email`) are to the facts now: their actors, their email, their test flag. */
export async function noteStudentsBefore(db: Db, changed: string): Promise<void> {
  const users = sql.table(`pg_temp.${changed}`);
  for (const statement of [
    sql`create temp table if not exists actors_before (actor_key uuid primary key, student_id text collate "C")`,
    sql`create temp table if not exists students_before (student_id text collate "C" primary key, email text collate "C", excluded boolean)`,
    sql`create temp table if not exists affected_students (student_id text collate "C" primary key)`,
    sql`truncate pg_temp.actors_before, pg_temp.students_before, pg_temp.affected_students`,
    sql`with emails as (
        select email from ${users} where email is not null
        union select u.email from timeback.users u join ${users} c on c.sourced_id = u.sourced_id where u.email is not null)
      insert into pg_temp.actors_before
      select actor_key, student_id from timeback.caliper_actors a
      where segment in (select sourced_id from ${users}) or email in (select email from emails)`,
  ])
    await statement.execute(db);
  await sql`insert into pg_temp.students_before ${studentFacets(sql`(
    select sourced_id as student_id from ${users} union select student_id from pg_temp.actors_before)`)}`.execute(db);
}

/** What of a student shows in its facts: the canonical email, and whether it is a test user. */
const studentFacets = (students: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select s.student_id, coalesce(u.email, (
      select min(a.email collate "C") from timeback.caliper_actors a where a.student_id = s.student_id)),
    coalesce(u.is_test_user, false)
  from ${students} s left join timeback.users u on u.sourced_id = s.student_id`;

/**
 * After users changed: gives every actor its student again and fills `pg_temp.affected_students` with all students,
 * old and new, whose facts may differ. The caller touches them before and after (`touchAffected`).
 */
export async function findAffectedStudents(db: Db): Promise<number> {
  await sql`
    insert into pg_temp.affected_students
    with moved as (
      select b.student_id as old, ${actorStudent} as new
      from pg_temp.actors_before b join timeback.caliper_actors a on a.actor_key = b.actor_key),
    now as (${studentFacets(sql`(select student_id from pg_temp.students_before)`)}),
    differing as (
      select b.student_id from pg_temp.students_before b
      join now n(student_id, email, excluded) on n.student_id = b.student_id
      where (b.email, b.excluded) is distinct from (n.email, n.excluded))
    select old from moved where old <> new
    union select new from moved where old <> new
    union select student_id from differing`.execute(db);
  const { rows } = await sql<{ n: string }>`select count(*) as n from pg_temp.affected_students`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

/**
 * Writes the student of every actor whose student changed, and takes the corrections of its events along. Without `all`,
 * only actors noted by `noteStudentsBefore`. Returns the number of actors.
 */
export async function moveActors(db: Db, which: "noted" | "all"): Promise<number> {
  const noted = which === "noted" ? sql`and a.actor_key in (select actor_key from pg_temp.actors_before)` : sql``;
  const moved = await sql`
    update timeback.caliper_actors a set student_id = ${actorStudent}
    where a.student_id <> ${actorStudent} ${noted}`.execute(db);
  await sql`
    update timeback.corrections c set student_id = a.student_id
    from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
    where e.event_id = c.event_id and c.student_id <> a.student_id`.execute(db);
  return Number(moved.numAffectedRows ?? 0n);
}
