import { foldEmail } from "../domain/values/email.js";
import { nearest } from "../domain/values/nearest.js";
import { UsageError } from "../errors.js";
import type { Db } from "../store/engine/session.js";
import { knownEmails, studentsByEmail } from "../store/reading/lookups.js";

const SUGGESTIONS = 3;

/**
 * The ids of the students behind an email, at least one; null where no email is given: everybody.
 * @throws UsageError naming the nearest known emails.
 */
export async function findStudents(db: Db, email: string | null): Promise<string[] | null> {
  if (email === null) return null;
  const folded = foldEmail(email);
  const students = folded === null ? [] : await studentsByEmail(db, folded);
  if (students.length > 0) return students;
  const known = nearest(folded ?? "", await knownEmails(db), SUGGESTIONS);
  throw new UsageError(
    known.length === 0
      ? `no student has the email ${email}: no student is known yet`
      : `no student has the email ${email}; nearest: ${known.join(", ")}`,
  );
}
