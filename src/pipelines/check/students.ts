import { SoleOwners } from "../../domain/rules/judging/sole-owners.js";
import type { ActorNote } from "./event-note.js";
import type { Evidence } from "./evidence.js";

/** User ids that the files pair with an email. */
function emailsOf(actors: readonly ActorNote[]): SoleOwners {
  const owners = new SoleOwners();
  for (const { segment, looksLikeUser, email } of actors)
    if (segment !== null && email !== null && looksLikeUser) owners.add(email, segment);
  return owners;
}

/**
 * The student of every actor, by the rules of docs/facts.md, "Students". If no users were given, an id that a result names counts as
 * a user, and an email stands for the one user id that the files pair it with.
 */
export function resolveStudents(actors: readonly ActorNote[], evidence: Evidence): Map<ActorNote, string> {
  const hasUsers = evidence.users.size > 0;
  const named = hasUsers ? new SoleOwners() : emailsOf(actors);
  const isKnown = (id: string) => (hasUsers ? evidence.users.has(id) : evidence.hasStudent(id));
  const resolve = ({ segment, looksLikeUser, email }: ActorNote): string => {
    const known = segment !== null && isKnown(segment) ? segment : null;
    const likely = looksLikeUser ? segment : null;
    return known ?? evidence.usersByEmail.of(email) ?? likely ?? named.of(email) ?? email ?? segment ?? "";
  };
  return new Map(actors.map((actor) => [actor, resolve(actor)]));
}
