import type { Finding } from "../../../domain/findings/finding.js";
import { ExactNumber, type JsonValue, xpNumber } from "../../../domain/values/json-text.js";
import { printable } from "../../../domain/values/printable.js";
import { type ConflictRow, listConflicts } from "../../../store/audit/record-checks/conflicts.js";
import type { Check } from "./check.js";
import { differencesOf, type MemberDifference, type Members, membersOf } from "./json-members.js";
import { suspicion } from "./suspicion.js";
import { xpWords } from "./xp-words.js";

/** Reports event ids that arrived with different contents; the first one landed counts. docs/audit.md, docs/caliper.md. */
export const conflict: Check = {
  kinds: ["conflict"],
  meaning: "events that arrived again with another content",
  async *find({ session: { db }, rules, students }) {
    for await (const rows of listConflicts(db, rules, students)) yield rows.map(toFinding);
  },
};

interface Other {
  file: string;
  line: string;
  xp: string | null;
  differences: MemberDifference[];
}

function toFinding(row: ConflictRow): Finding {
  const { eventId, at, xp } = row;
  const kept = membersOf(row.payload);
  const others = row.others.map(({ file, line, payload }): Other => {
    const members = membersOf(payload);
    return { file, line, xp: xpIn(members), differences: differencesOf(kept, members) };
  });
  return suspicion(row, {
    kind: "conflict",
    about: [eventId],
    summary: `event ${eventId} arrived with other contents: ${others.map((other) => othersWords(xp, other)).join("; ")}; the first counts: ${xpWords(xp)} XP`,
    evidence: {
      rule: "an event id has one content; of several the one that was loaded first counts",
      eventId,
      at,
      kept: { xp: xpNumber(xp) },
      others: others.map(otherEvidence),
    },
  });
}

const XP_PATH = /(^|\.)generated\.items\.xpEarned$/;

const xpIn = (members: Members): string | null => [...members].find(([path]) => XP_PATH.test(path))?.[1] ?? null;

function othersWords(kept: string | null, { file, line, xp, differences }: Other): string {
  const amount = xpWords(xp) === xpWords(kept) ? `the same XP, ${fields(differences)} different` : `${xpWords(xp)} XP`;
  return `${amount} in ${printable(file)}:${line}`;
}

const fields = ({ length }: MemberDifference[]): string => (length === 1 ? "1 field" : `${length} fields`);

const SHOWN_DIFFERENCES = 50;

const otherEvidence = ({ file, line, xp, differences }: Other): JsonValue => ({
  file,
  line: new ExactNumber(line),
  xp: xpNumber(xp),
  differences: differences.slice(0, SHOWN_DIFFERENCES).map(({ path, kept, other }) => ({ path, kept, other })),
});
