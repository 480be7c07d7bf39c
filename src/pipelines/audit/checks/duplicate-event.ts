import type { Finding } from "../../../domain/findings/finding.js";
import { xpNumber } from "../../../domain/values/json-text.js";
import { listTwinGroups, type TwinGroup, twins } from "../../../store/audit/bundling/twins.js";
import type { Check } from "./check.js";
import { suspicion } from "./suspicion.js";
import { xpWords } from "./xp-words.js";

/** Reports events that look like one activity sent several times; all of them count. docs/audit.md, "Twins". */
export const duplicateEvent: Check = {
  kinds: ["duplicate-event"],
  meaning: "one activity reported by several events",
  async *find({ session: { db }, auditRules: { twinSeconds }, students }) {
    if (!(await twins.isFilled(db))) return;
    for await (const groups of listTwinGroups(db, students)) yield groups.map((group) => toFinding(group, twinSeconds));
  },
};

function toFinding(group: TwinGroup, twinSeconds: number): Finding {
  const { events, xp, activity, counted } = group;
  return suspicion(group, {
    kind: "duplicate-event",
    about: events.map(({ eventId }) => eventId),
    summary: `${events.length} events report ${activity} with ${xpWords(xp)} XP each within moments; all of it still counts: ${xpWords(counted)} XP`,
    evidence: {
      rule: `the same student, activity, XP and questions, each at most ${twinSeconds} s after the one before; the first is judged for all`,
      events,
      activity,
      xp: xpNumber(xp),
      totalQuestions: xpNumber(group.totalQuestions),
      correctQuestions: xpNumber(group.correctQuestions),
    },
  });
}
