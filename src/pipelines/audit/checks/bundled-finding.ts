import { type Finding, findingId } from "../../../domain/findings/finding.js";
import { claimArithmetic, namedBanks, RULE_WORDS } from "../../../domain/rules/bundling-words.js";
import { keptFormulas } from "../../../domain/rules/calibrate.js";
import type { Calibration } from "../../../domain/rules/calibration.js";
import { instantText } from "../../../domain/rules/judging/records.js";
import { ownArithmetic } from "../../../domain/rules/own-xp.js";
import { type JsonValue, xpNumber } from "../../../domain/values/json-text.js";
import { asCounted, sumOf, type Xp, xpFromText, xpText } from "../../../domain/values/xp.js";
import type { EventClaim } from "./suspect-event.js";

function summaryOf(claim: EventClaim): string {
  const { activityName, activityId } = claim.suspect.row;
  return `${activityName ?? activityId ?? claim.suspect.eventId}: ${claimArithmetic(claim)}; ${RULE_WORDS[claim.rule]}`;
}

const calibrationJson = (calibration: Calibration): JsonValue => ({ ...calibration });

const xpOrNull = (xp: Xp | null): JsonValue => (xp === null ? null : xpNumber(xpText(xp)));

const evidenceOf = (claim: EventClaim, calibration: Calibration): Finding["evidence"] => {
  const { row, completion } = claim.suspect;
  return {
    reason: RULE_WORDS[claim.rule],
    activityId: row.activityId,
    activityName: row.activityName,
    app: claim.suspect.app,
    courseId: row.courseId,
    occurredAt: row.occurredAt,
    attempt: row.attempt,
    correctQuestions: xpNumber(row.correctQuestions),
    totalQuestions: xpNumber(row.totalQuestions),
    baseXp: xpOrNull(completion.base),
    multiplier: xpNumber(row.multiplier),
    ownFrom: claim.ownEvidence,
    ownValues: claim.ownValues.map(xpOrNull),
    ownArithmetic: claim.own === null ? null : ownArithmetic(keptFormulas(calibration), completion, claim.own),
    ownResults: (row.ownIds ?? []).map((sourcedId, at) => ({ sourcedId, xp: xpNumber(row.ownXps?.[at] ?? null) })),
    arithmetic: claimArithmetic(claim),
    readings: claim.readings,
    searchedAll: claim.searchedAll,
    bankedNear: claim.suspect.near.map(({ sourcedId, xp, hosted }) => ({ sourcedId, xp: xpOrNull(xp), hosted })),
    bankedLater: claim.suspect.late.length,
    zeroResults: (row.zeroIds ?? []).map((sourcedId, at) => ({
      sourcedId,
      baseXp: xpNumber(row.zeroBases?.[at] ?? null),
    })),
    twins: row.twins,
    takenBack: row.compensations.map(({ eventId, xp }) => ({ eventId, xp: xpNumber(xp) })),
    dayMultiples: row.multiples.map((multiple) => xpNumber(multiple)),
    baseKnown: row.baseKnown,
    calibration: calibrationJson(calibration),
  };
};

/** XP counted twice now: the part of the event's XP that facts of the claimed results count too. */
function inflationOf(claim: EventClaim, counted: ReadonlySet<string>): Xp {
  const { suspect, own } = claim;
  const countedXp = asCounted(suspect.xp);
  if (own === null || suspect.row.counted === null || xpFromText(suspect.row.counted) !== countedXp) return 0n;
  const elsewhere = namedBanks(claim).filter(({ sourcedId }) => counted.has(sourcedId));
  return countedXp - asCounted(suspect.xp - sumOf(elsewhere.map(({ xp }) => xp)));
}

/** Turns a claim into a finding. `counted`: the ids of results that other facts count. */
export function bundledFinding(claim: EventClaim, calibration: Calibration, counted: ReadonlySet<string>): Finding {
  const { suspect, own } = claim;
  const { row } = suspect;
  const countedXp = xpFromText(row.counted ?? "0");
  const inflation = inflationOf(claim, counted);
  return {
    id: findingId("bundled-xp", row.studentId, [suspect.eventId]),
    kind: "bundled-xp",
    verdict: claim.verdict,
    studentId: row.studentId,
    email: row.email,
    date: row.date,
    app: suspect.app,
    summary: summaryOf(claim),
    counted: xpText(countedXp),
    truth: xpText(countedXp - inflation),
    inflation: xpText(inflation),
    pending: own !== null && inflation === 0n,
    particulars: {
      eventId: suspect.eventId,
      eventXp: xpOrNull(suspect.xp),
      ownXp: xpOrNull(own),
      excessXp: xpOrNull(own === null ? null : suspect.xp - own),
      results: namedBanks(claim).map((bank) => ({
        sourcedId: bank.sourcedId,
        xp: xpOrNull(bank.xp),
        at: instantText(bank.time),
        activityId: bank.activityId,
        title: bank.title,
      })),
      alternatives: claim.alternatives,
      rule: claim.rule,
    },
    evidence: evidenceOf(claim, calibration),
  };
}
