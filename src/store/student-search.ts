import { sql } from "kysely";
import type { Session } from "./session.js";

/** Ids of every student with this (folded) email, in C order: several users may share one. */
export async function studentsByEmail(db: Session["db"], email: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from (
      select sourced_id as id from timeback.users where email = ${email}
      union select student_id from timeback.caliper_actors where email = ${email}
      union select student_id from timeback.processed_facts where email = ${email}) s
    order by id collate "C"`.execute(db);
  return rows.map(({ id }) => id);
}

/** Every email that any student has. */
export async function knownEmails(db: Session["db"]): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    select email from timeback.users where email is not null union select email from timeback.caliper_actors where email is not null`.execute(
    db,
  );
  return rows.map(({ email }) => email);
}
