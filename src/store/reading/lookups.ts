import { sql } from "kysely";
import type { Db } from "../engine/session.js";

/** Ids of the students with this (folded) email, in C order: several users may share one. */
export async function studentsByEmail(db: Db, email: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from (
      select sourced_id as id from timeback.users where email = ${email}
      union select student_id from timeback.caliper_actors where email = ${email}
      union select student_id from timeback.processed_facts where email = ${email}) s
    order by id collate "C"`.execute(db);
  return rows.map(({ id }) => id);
}

/** Every email that any student has. */
export async function knownEmails(db: Db): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    select email from timeback.users where email is not null union select email from timeback.caliper_actors where email is not null`.execute(
    db,
  );
  return rows.map(({ email }) => email);
}
/** The names of all apps with facts, in C order. */
export async function knownApps(db: Db): Promise<string[]> {
  const { rows } = await sql<{ app: string }>`
    select distinct f.app collate "C" as app from timeback.processed_facts f where f.app is not null order by 1`.execute(
    db,
  );
  return rows.map(({ app }) => app);
}
