import { type RawBuilder, sql } from "kysely";
import type { FactRules } from "../../domain/rules/fact-rules.js";
import type { Db } from "../engine/session.js";
import { BYTES, openEmpty, type TempTable, tempTable } from "../engine/temp-table.js";

/** Whether a record with this status counts; one without a status does. */
export const isActive = (status: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`lower(coalesce(${status}, 'active')) = 'active'`;

/**
 * The student of an actor (docs/facts.md, "Students"): the segment of its id if `users` has it; else the one active user with its
 * email; else the segment if the id looks like a user's; else the email; else the segment.
 */
const studentOf = (
  segment: RawBuilder<unknown>,
  email: RawBuilder<unknown>,
  looksLikeUser: RawBuilder<unknown>,
) => sql`coalesce(
  (select u.sourced_id from timeback.users u where u.sourced_id = ${segment}),
  (select min(u.sourced_id) from timeback.users u
    where u.email = ${email} and ${isActive(sql`u.status`)} having count(*) = 1),
  case when ${looksLikeUser} then ${segment} end, ${email}, ${segment})`;

export const actorStudent = studentOf(sql.ref("a.segment"), sql.ref("a.email"), sql.ref("a.looks_like_user"));

/** Whether a student is marked as a test user. */
export const isTestUser = (student: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`exists (select from timeback.users test where test.sourced_id = ${student} and test.is_test_user)`;

/** `and …`: excludes test users, if the settings do. */
export const notOfTestUser = ({ testUsers }: FactRules, student: RawBuilder<unknown>): RawBuilder<unknown> =>
  testUsers === "include" ? sql`` : sql`and not ${isTestUser(student)}`;

/** The least email, in byte order, among a student's actors. */
export const leastActorEmail = (student: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select min(named.email collate "C") from timeback.caliper_actors named where named.student_id = ${student})`;

/** The email that all facts of a student carry (docs/facts.md, "Students"). */
export const emailOf = (student: RawBuilder<unknown>): RawBuilder<unknown> => sql`coalesce(
  (select own.email from timeback.users own where own.sourced_id = ${student}), ${leastActorEmail(student)})`;

/** The actors of changed users, and their students' facets, before the change. */
const actorsBefore = tempTable("actors_before", { actor_key: "uuid", student_id: BYTES }, ["actor_key"]);
const studentsBefore = tempTable("students_before", { student_id: BYTES, email: BYTES, excluded: "boolean" }, [
  "student_id",
]);
/** The students, before and after, whose facts a change of users may affect. */
export const affectedStudents = tempTable("affected_students", { student_id: BYTES }, ["student_id"]);

/** Records the actors, email and test flag of these users (`sourced_id`, `email`) before they change. */
export async function noteStudentsBefore(db: Db, users: TempTable): Promise<void> {
  await openEmpty(db, actorsBefore, studentsBefore, affectedStudents);
  await sql`
    with emails as (
      select email from ${users} where email is not null
      union select u.email from timeback.users u join ${users} c on c.sourced_id = u.sourced_id where u.email is not null)
    insert into ${actorsBefore}
    select actor_key, student_id from timeback.caliper_actors a
    where segment in (select sourced_id from ${users}) or email in (select email from emails)`.execute(db);
  await sql`insert into ${studentsBefore} ${studentFacets(sql`(
    select sourced_id as student_id from ${users} union select student_id from ${actorsBefore})`)}`.execute(db);
}

/** The facets of a student that facts contain: the canonical email, and whether it is a test user. */
const studentFacets = (students: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  select s.student_id, coalesce(u.email, ${leastActorEmail(sql`s.student_id`)}),
    coalesce(u.is_test_user, false)
  from ${students} s left join timeback.users u on u.sourced_id = s.student_id`;

/**
 * Fills `affectedStudents` after users have changed, and returns their number. The caller marks their rows as affected before and
 * after `moveActors`.
 */
export async function findAffectedStudents(db: Db): Promise<number> {
  await sql`
    insert into ${affectedStudents}
    with moved as (
      select b.student_id as old, ${actorStudent} as new
      from ${actorsBefore} b join timeback.caliper_actors a on a.actor_key = b.actor_key),
    now as (${studentFacets(sql`(select student_id from ${studentsBefore})`)}),
    differing as (
      select b.student_id from ${studentsBefore} b
      join now n(student_id, email, excluded) on n.student_id = b.student_id
      where (b.email, b.excluded) is distinct from (n.email, n.excluded))
    select old from moved where old <> new
    union select new from moved where old <> new
    union select student_id from differing`.execute(db);
  const { rows } = await sql<{ n: string }>`select count(*) as n from ${affectedStudents}`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

/**
 * Updates the student of every actor whose student changed, and moves the corrections of its events along. `noted`: only actors
 * recorded by `noteStudentsBefore`. Returns the number of actors.
 */
export async function moveActors(db: Db, which: "noted" | "all"): Promise<number> {
  const noted = which === "noted" ? sql`and a.actor_key in (select actor_key from ${actorsBefore})` : sql``;
  const moved = await sql`
    update timeback.caliper_actors a set student_id = ${actorStudent}
    where a.student_id <> ${actorStudent} ${noted}`.execute(db);
  await sql`
    update timeback.corrections c set student_id = a.student_id
    from timeback.caliper_events e join timeback.caliper_actors a on a.actor_key = e.actor_key
    where e.event_id = c.event_id and c.student_id <> a.student_id`.execute(db);
  return Number(moved.numAffectedRows ?? 0n);
}
