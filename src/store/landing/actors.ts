import { sql } from "kysely";
import { Blocks } from "../copy/buffer-pool.js";
import { copyRow } from "../copy/text-rows.js";
import type { Db, Session } from "../engine/session.js";
import { touchStudents } from "../facts/affected.js";
import { actorStudent } from "../facts/students.js";

/** Opens the session's empty list of actors on their way in. */
export async function openActors(db: Db): Promise<void> {
  await sql`
    create temp table if not exists incoming_actors as
    select actor_key, segment, looks_like_user, email from timeback.caliper_actors with no data`.execute(db);
  await sql`create temp table if not exists renamed_students (student_id text collate "C" primary key)`.execute(db);
  await sql`truncate pg_temp.incoming_actors, pg_temp.renamed_students`.execute(db);
}
/** An actor as its event names it. */
export interface IncomingActor {
  /** Stands for the other three: events of equal actors share it. */
  key: string;
  /** Last segment of its id; null where there is none. */
  segment: string | null;
  looksLikeUser: boolean;
  /** Folded; null where missing. */
  email: string | null;
}
/**
 * Adds actors to that list. Only actors of landed events belong there: a record that lost against an event of its id
 * says nothing about a student.
 */
export async function stageActors(session: Session, actors: Iterable<IncomingActor>): Promise<void> {
  const rows = new Blocks();
  for (const { key, segment, looksLikeUser, email } of actors)
    rows.addText(copyRow([key, segment, looksLikeUser, email]));
  await session.copyIn("pg_temp.incoming_actors", ["actor_key", "segment", "looks_like_user", "email"], rows.all());
  rows.release();
}
/** Lands those of the listed actors that are new. Facts of students whose email they change are touched. */
export async function landActors(db: Db): Promise<void> {
  const { rows } = await sql<{ renamed: string }>`
    with fresh as (
      select distinct * from pg_temp.incoming_actors i
      where not exists (select from timeback.caliper_actors a where a.actor_key = i.actor_key)),
    landed as (
      insert into timeback.caliper_actors (actor_key, segment, looks_like_user, email, student_id)
      select actor_key, segment, looks_like_user, email, ${actorStudent} from fresh a
      returning student_id, email),
    renamed as (
      insert into pg_temp.renamed_students
      select l.student_id from landed l
      where not exists (select from timeback.users u where u.sourced_id = l.student_id and u.email is not null)
      group by l.student_id
      having (exists (select from timeback.caliper_actors a where a.student_id = l.student_id)
          or exists (select from timeback.assessment_results r where r.student_id = l.student_id and r.linkable))
        and min(l.email collate "C") < coalesce((select min(a.email collate "C") from timeback.caliper_actors a
          where a.student_id = l.student_id), min(l.email collate "C") || 'x') collate "C"
      returning 1)
    select count(*) as renamed from renamed`.execute(db);
  if (Number(rows[0]?.renamed ?? 0) > 0) await touchStudents(db, "renamed_students");
}
