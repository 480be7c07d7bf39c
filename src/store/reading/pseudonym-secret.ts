import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Db } from "../engine/session.js";

const SECRET_BYTES = 32;

/**
 * The secret of this database's pseudonyms. The first caller creates it, and needs write permission; later ones only read it. Call it
 * outside a transaction. docs/reading.md, "Redacted".
 */
export async function pseudonymSecret(db: Db): Promise<string> {
  const kept = await readSecret(db);
  if (kept !== undefined) return kept;
  const fresh = randomBytes(SECRET_BYTES).toString("hex");
  await sql`insert into timeback.redaction (id, secret) values (1, ${fresh}) on conflict do nothing`.execute(db);
  return (await readSecret(db)) ?? fresh; // another process may have been first
}

async function readSecret(db: Db): Promise<string | undefined> {
  const { rows } = await sql<{ secret: string }>`select secret from timeback.redaction`.execute(db);
  return rows[0]?.secret;
}

/** Every student id, and every email without an @: what redaction must search for inside text. */
export async function idsOfPeople(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct id from (
      select student_id as id from timeback.processed_facts
      union all select student_id from timeback.caliper_actors
      union all select segment from timeback.caliper_actors where looks_like_user
      union all select sourced_id from timeback.users
      union all select student_id from timeback.assessment_results
      union all select email from timeback.users where strpos(email, '@') = 0
      union all select email from timeback.caliper_actors where strpos(email, '@') = 0) people
    where id <> ''`.execute(db);
  return rows.map(({ id }) => id);
}
