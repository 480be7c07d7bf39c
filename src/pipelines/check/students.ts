import type { ActorNote } from "./event-note.js";
import type { Evidence } from "./evidence.js";

/** User ids that the files themselves name with an email; null where several do. */
function emailsOf(actors: readonly ActorNote[]): Map<string, string | null> {
  const known = new Map<string, string | null>();
  for (const { segment, looksLikeUser, email } of actors) {
    if (segment === null || email === null || !looksLikeUser) continue;
    known.set(email, (known.get(email) ?? segment) === segment ? segment : null);
  }
  return known;
}

/**
 * The student of every actor, by the rules of docs/facts.md, "Students". Without users, an id that a result names stands
 * for a user, and so does the one user id that the files name together with an email.
 */
export function resolveStudents(actors: readonly ActorNote[], evidence: Evidence): Map<ActorNote, string> {
  const named = emailsOf(actors);
  const isKnown = (id: string) => evidence.users.has(id) || evidence.resultsOf.has(id);
  const byEmail = (email: string) => evidence.usersByEmail.get(email) ?? null;
  const resolve = ({ segment, looksLikeUser, email }: ActorNote): string => {
    const known = segment !== null && isKnown(segment) ? segment : null;
    const likely = looksLikeUser ? segment : null;
    const user = email === null ? null : byEmail(email);
    return known ?? user ?? likely ?? nameOf(email, named) ?? segment ?? "";
  };
  return new Map(actors.map((actor) => [actor, resolve(actor)]));
}

const nameOf = (email: string | null, named: ReadonlyMap<string, string | null>): string | null =>
  email === null ? null : (named.get(email) ?? email);
