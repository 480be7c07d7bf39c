import type { Finding } from "../../domain/finding.js";
import { xpNumber } from "../../domain/json-text.js";
import { printable } from "../../domain/printable.js";
import { listUnclearXp, type UnclearXp } from "../../store/audit-xp-keys.js";
import type { Check } from "./check.js";
import { suspicion } from "./suspicion.js";

/** Reports results whose XP is no number, and so never counts. docs/audit.md. */
export const unreadableXp: Check = {
  kinds: ["unreadable-xp"],
  meaning: "results whose XP is no number",
  async *find({ session: { db }, rules, students }) {
    for await (const rows of listUnclearXp(db, "unreadable", rules, students)) yield rows.map(toFinding);
  },
};

function toFinding(row: UnclearXp): Finding {
  return suspicion(row, {
    kind: "unreadable-xp",
    about: [row.sourcedId],
    summary: `result ${row.sourcedId} has XP that is no number (${keyWords(row)}): it counts as none`,
    evidence: {
      rule: "XP is a finite number of at most a thousand million, or the text of one",
      ...keyEvidence(row),
    },
  });
}

const SHOWN_CHARACTERS = 60;

const excerpt = (text: string): string =>
  text.length <= SHOWN_CHARACTERS ? text : `${[...text.slice(0, SHOWN_CHARACTERS)].join("")}…`;

/** Reads `xp: 5, xpEarned: "many"`. */
export const keyWords = ({ keys }: UnclearXp): string =>
  keys
    .map(({ key, text, number }) => `${key}: ${number === null ? JSON.stringify(printable(excerpt(text))) : text}`)
    .join(", ");

/** What stands under the keys for XP in the metadata of a result. */
export const keyEvidence = ({ sourcedId, at, xp, keys }: UnclearXp): Finding["evidence"] => ({
  sourcedId,
  at,
  xp: xpNumber(xp),
  keys: keys.map(({ key, text, number }) => ({ key, text: excerpt(text), number: xpNumber(number) })),
});
