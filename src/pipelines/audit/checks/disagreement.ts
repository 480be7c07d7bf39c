import type { Finding } from "../../../domain/findings/finding.js";
import { xpNumber } from "../../../domain/values/json-text.js";
import {
  type Disagreement,
  findDisagreeing,
  listDisagreements,
} from "../../../store/audit/record-checks/disagreements.js";
import type { Check } from "./check.js";
import { suspicion } from "./suspicion.js";
import { xpWords } from "./xp-words.js";

/** Reports records of one activity that contradict each other. Runs after bundled XP, which explains some. docs/audit.md. */
export const disagreement: Check = {
  kinds: ["disagreement"],
  meaning: "records of one activity that report different XP or attempts",
  async *find({ session: { db }, students }) {
    if (!(await findDisagreeing(db, students))) return;
    for await (const rows of listDisagreements(db, students)) yield rows.map(betweenRecords);
  },
};

function betweenRecords(row: Disagreement): Finding {
  const { eventId, at, xp, attempt, results, counted } = row;
  return suspicion(row, {
    kind: "disagreement",
    about: [eventId],
    summary: `${[...xpClause(row), ...attemptClause(row)].join("; ")}; ${xpWords(counted)} XP counts`,
    evidence: {
      rule: "records linked to one event report the same XP, unless one of them reports none, and the same attempt",
      event: { eventId, at, xp: xpNumber(xp), attempt },
      results: results.map((result) => ({ ...result, xp: xpNumber(result.xp) })),
    },
  });
}

const listed = (values: readonly (string | number)[]): string => [...new Set(values)].join(" and ");

function xpClause({ xpDiffers, xp, results }: Disagreement): string[] {
  if (!xpDiffers) return [];
  const theirs = listed(results.flatMap(({ xp }) => (xp === null || xpWords(xp) === "0" ? [] : [xpWords(xp)])));
  return [`the event reports ${xpWords(xp)} XP, its results ${theirs}`];
}

function attemptClause({ attemptDiffers, attempt, results }: Disagreement): string[] {
  if (!attemptDiffers || attempt === null) return [];
  return [`the event says attempt ${attempt}, its results attempt ${listed(results.flatMap((r) => r.attempt ?? []))}`];
}
