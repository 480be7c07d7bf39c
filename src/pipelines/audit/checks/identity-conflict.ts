import type { Finding } from "../../../domain/findings/finding.js";
import { type IdentityRow, listIdentityConflicts } from "../../../store/audit/record-checks/identities.js";
import type { Check } from "./check.js";
import { suspicion } from "./suspicion.js";
import { xpWords } from "./xp-words.js";

/** Reports events whose actor's id and email point to different users. docs/audit.md; docs/facts.md, "Students". */
export const identityConflict: Check = {
  kinds: ["identity-conflict"],
  meaning: "events that name one user by id and another by email",
  async *find({ session: { db }, rules, students }) {
    for await (const rows of listIdentityConflicts(db, rules, students)) yield rows.map(toFinding);
  },
};

function toFinding(row: IdentityRow): Finding {
  const { studentId, actorEmail, others, events, from, to, eventIds, counted } = row;
  const many = events === "1" ? "1 event names" : `${events} events name`;
  return suspicion(row, {
    kind: "identity-conflict",
    about: [actorEmail],
    summary: `${many} user ${studentId} by id and ${others.join(", ")} by email (${actorEmail}); the id counts: ${xpWords(counted)} XP for ${studentId}`,
    evidence: {
      rule: "the id and the email of an event's actor belong to one user; where they do not, the id counts",
      actorId: studentId,
      actorEmail,
      usersWithEmail: others,
      events: Number(events),
      from,
      to,
      eventIds,
    },
  });
}
