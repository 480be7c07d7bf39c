import type { BankWrite, BundleClaim, BundleRule, Suspect } from "../../domain/bundle.js";
import { keptFormulas } from "../../domain/calibrate.js";
import type { Calibration } from "../../domain/calibration.js";
import { type Finding, findingId } from "../../domain/finding.js";
import { type JsonValue, xpNumber } from "../../domain/json-text.js";
import { ownArithmetic } from "../../domain/own-xp.js";
import { asCounted, sumOf, type Xp, xpFromText, xpText } from "../../domain/xp.js";
import type { SuspectRow } from "../../store/bundle-suspects.js";

/** A bank write as the audit names it. */
export interface NamedBank extends BankWrite {
  at: string | null;
  activityId: string | null;
  title: string | null;
}

/** A suspect with the rows that it was made from. */
export interface SuspectEvent {
  row: SuspectRow;
  banks: readonly NamedBank[];
}

type Claim = BundleClaim<Suspect & SuspectEvent>;

/** What each rule says, for people. */
const REASONS: Record<BundleRule, string> = {
  near: "banked XP beside the event makes up exactly what its own XP leaves",
  "near+late": "banked XP beside the event and later makes up exactly what its own XP leaves",
  "formula-unsure": "banked XP makes up the rest, but how this app pays is not known well enough",
  "own-ambiguous": "banked XP makes up the rest of more than one amount of own XP",
  "no-exact-sum": "banked XP lies beside the event, but none of it makes up exactly the rest",
  "failed-bank-write": "no banked XP is there, but activities at 0 XP could have given the rest",
  "above-base": "more than this activity can pay, and nothing shows where the rest is from; it may be by design",
  "above-banked": "more than the XP banked with it; what the activity itself pays is not known",
};

/** The results that a claim names, in the order in which they were banked. */
const named = (claim: Claim): NamedBank[] => {
  const byId = new Map(claim.suspect.banks.map((bank) => [bank.sourcedId, bank]));
  const order = ({ at, sourcedId }: NamedBank) => `${at ?? ""} ${sourcedId}`;
  return claim.results.flatMap((id) => byId.get(id) ?? []).sort((a, b) => (order(a) < order(b) ? -1 : 1));
};

const nameOf = ({ title, activityId, sourcedId }: NamedBank): string => title ?? activityId ?? sourcedId;

/** `9 = 3 own + 5 (Ratios: the video) + 1 (Ratios: the article)`. */
function arithmetic(claim: Claim): string {
  const { xp } = claim.suspect;
  if (claim.own === null) return `${xpText(xp)} XP`;
  const parts = named(claim).map((bank) => `${xpText(bank.xp)} (${nameOf(bank)})`);
  const rest = parts.length > 0 ? parts : [`${xpText(xp - claim.own)} unexplained`];
  return [`${xpText(xp)} = ${xpText(claim.own)} own`, ...rest].join(" + ");
}

function summaryOf(claim: Claim): string {
  const { activityName, activityId } = claim.suspect.row;
  return `${activityName ?? activityId ?? claim.suspect.eventId}: ${arithmetic(claim)}; ${REASONS[claim.rule]}`;
}

const calibrationJson = (calibration: Calibration): JsonValue => ({ ...calibration });

const xpOrNull = (xp: Xp | null): JsonValue => (xp === null ? null : xpNumber(xpText(xp)));

const evidenceOf = (claim: Claim, calibration: Calibration): Finding["evidence"] => {
  const { row, completion } = claim.suspect;
  return {
    reason: REASONS[claim.rule],
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
    arithmetic: arithmetic(claim),
    readings: claim.readings,
    searchedAll: claim.searchedAll,
    bankedNear: claim.suspect.near.map(({ sourcedId, xp, hosted }) => ({ sourcedId, xp: xpOrNull(xp), hosted })),
    bankedLater: claim.suspect.late.length,
    zeroResults: (row.zeroIds ?? []).map((sourcedId, at) => ({
      sourcedId,
      baseXp: xpNumber(row.zeroBases?.[at] ?? null),
    })),
    twins: row.twins,
    calibration: calibrationJson(calibration),
  };
};

/** What is counted twice now: the rest of the event's XP, as far as its results stand in other facts. */
function inflationOf(claim: Claim, counted: ReadonlySet<string>): Xp {
  const { suspect, own } = claim;
  const standing = asCounted(suspect.xp);
  if (own === null || suspect.row.counted === null || xpFromText(suspect.row.counted) !== standing) return 0n;
  const elsewhere = named(claim).filter(({ sourcedId }) => counted.has(sourcedId));
  return standing - asCounted(suspect.xp - sumOf(elsewhere.map(({ xp }) => xp)));
}

/** A claim of the audit as a finding. `counted` names the results that stand in other facts. */
export function bundledFinding(claim: Claim, calibration: Calibration, counted: ReadonlySet<string>): Finding {
  const { suspect, own } = claim;
  const { row } = suspect;
  const standing = xpFromText(row.counted ?? "0");
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
    counted: xpText(standing),
    truth: xpText(standing - inflation),
    inflation: xpText(inflation),
    pending: own !== null && inflation === 0n,
    particulars: {
      eventId: suspect.eventId,
      eventXp: xpOrNull(suspect.xp),
      ownXp: xpOrNull(own),
      excessXp: xpOrNull(own === null ? null : suspect.xp - own),
      results: named(claim).map((bank) => ({
        sourcedId: bank.sourcedId,
        xp: xpOrNull(bank.xp),
        at: bank.at,
        activityId: bank.activityId,
        title: bank.title,
      })),
      alternatives: claim.alternatives,
      rule: claim.rule,
    },
    evidence: evidenceOf(claim, calibration),
  };
}
