import { sql } from "kysely";
import { Blocks } from "../copy/buffer-pool.js";
import { copyRow } from "../copy/text-rows.js";
import type { Db, Session } from "../engine/session.js";
import { BYTES, openEmpty, tableLike, tempTable } from "../engine/temp-table.js";
import { markStudents } from "../facts/affected.js";
import { actorStudent, leastActorEmail } from "../facts/students.js";

/** Actors of landed events, possibly repeated. */
const incomingActors = tableLike(
  "incoming_actors",
  ["actor_key", "segment", "looks_like_user", "email"],
  sql`timeback.caliper_actors`,
);
/** Students whose email a landed actor changes. */
const renamedStudents = tempTable("renamed_students", { student_id: BYTES }, ["student_id"]);

/** Empties the session's tables of incoming actors. */
export const openActors = (db: Db): Promise<void> => openEmpty(db, incomingActors, renamedStudents);

/** An actor as its event names it. */
export interface IncomingActor {
  /** A digest of the other three; events of equal actors share it. */
  key: string;
  /** Last segment of its id; null if there is none. */
  segment: string | null;
  looksLikeUser: boolean;
  /** Folded; null if missing. */
  email: string | null;
}
/** Adds actors to `incomingActors`. Only actors of landed events: a rejected duplicate must not define a student. */
export async function stageActors(session: Session, actors: Iterable<IncomingActor>): Promise<void> {
  const rows = new Blocks();
  for (const { key, segment, looksLikeUser, email } of actors)
    rows.addText(copyRow([key, segment, looksLikeUser, email]));
  await session.copyIn(incomingActors.path, incomingActors.columns, rows.all());
  rows.release();
}
/** Lands the new actors of `incomingActors`, and marks all rows of students whose email they change as affected. */
export async function landActors(db: Db): Promise<void> {
  const { rows } = await sql<{ renamed: string }>`
    with fresh as (
      select distinct * from ${incomingActors} i
      where not exists (select from timeback.caliper_actors a where a.actor_key = i.actor_key)),
    landed as (
      insert into timeback.caliper_actors (actor_key, segment, looks_like_user, email, student_id)
      select actor_key, segment, looks_like_user, email, ${actorStudent} from fresh a
      returning student_id, email),
    renamed as (
      insert into ${renamedStudents}
      select l.student_id from landed l
      where not exists (select from timeback.users u where u.sourced_id = l.student_id and u.email is not null)
      group by l.student_id
      having (exists (select from timeback.caliper_actors a where a.student_id = l.student_id)
          or exists (select from timeback.assessment_results r where r.student_id = l.student_id and r.linkable))
        and min(l.email collate "C") < coalesce(${leastActorEmail(sql`l.student_id`)}, min(l.email collate "C") || 'x') collate "C"
      returning 1)
    select count(*) as renamed from renamed`.execute(db);
  if (Number(rows[0]?.renamed ?? 0) > 0) await markStudents(db, renamedStudents);
}
