import type { Finding } from "../../../domain/findings/finding.js";
import { xpNumber } from "../../../domain/values/json-text.js";
import { printable } from "../../../domain/values/printable.js";
import { listUnclearXp, type UnclearXp } from "../../../store/audit/record-checks/unreadable-xp.js";
import type { Check } from "./check.js";
import { suspicion } from "./suspicion.js";
import { xpWords } from "./xp-words.js";

/** Reports results whose XP is not a number and never counts, or is several numbers, of which the first counts. docs/audit.md. */
export const unreadableXp: Check = {
  kinds: ["unreadable-xp", "disagreement"],
  meaning: "results whose XP is no number, or different ones",
  async *find({ session: { db }, rules, students }) {
    for await (const rows of listUnclearXp(db, rules, students))
      yield rows.map((row) => (row.xp === null ? unreadable(row) : differing(row)));
  },
};

const unreadable = (row: UnclearXp): Finding =>
  suspicion(row, {
    kind: "unreadable-xp",
    about: [row.sourcedId],
    summary: `result ${row.sourcedId} has XP that is no number (${keyWords(row)}): it counts as none`,
    evidence: {
      rule: "XP is a finite number of at most a thousand million, or the text of one",
      ...keyEvidence(row),
    },
  });

const differing = (row: UnclearXp): Finding =>
  suspicion(row, {
    kind: "disagreement",
    about: [`metadata of ${row.sourcedId}`],
    summary: `result ${row.sourcedId} names different amounts of XP (${keyWords(row)}); the first is taken: ${xpWords(row.xp)} XP`,
    evidence: { rule: "all keys for XP in a result's metadata hold the same number", ...keyEvidence(row) },
  });

const SHOWN_CHARACTERS = 60;

const excerpt = (text: string): string =>
  text.length <= SHOWN_CHARACTERS ? text : `${[...text.slice(0, SHOWN_CHARACTERS)].join("")}…`;

/** Reads `xp: 5, xpEarned: "many"`. */
const keyWords = ({ keys }: UnclearXp): string =>
  keys
    .map(({ key, text, number }) => `${key}: ${number === null ? JSON.stringify(printable(excerpt(text))) : text}`)
    .join(", ");

/** The XP keys of a result's metadata, with their values. */
const keyEvidence = ({ sourcedId, at, xp, keys }: UnclearXp): Finding["evidence"] => ({
  sourcedId,
  at,
  xp: xpNumber(xp),
  keys: keys.map(({ key, text, number }) => ({ key, text: excerpt(text), number: xpNumber(number) })),
});
