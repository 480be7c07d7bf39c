import type { CheckFinding } from "../../domain/findings/check-finding.js";
import { claimArithmetic, type NamedClaim, RULE_WORDS } from "../../domain/rules/bundling-words.js";
import { keptFormulas } from "../../domain/rules/calibrate.js";
import type { Calibration } from "../../domain/rules/calibration.js";
import type { EventSuspect } from "../../domain/rules/judging/suspects.js";
import { ownArithmetic } from "../../domain/rules/own-xp.js";
import { xpText } from "../../domain/values/xp.js";
import type { EventNote } from "./event-note.js";
import type { CheckedEvent } from "./records.js";
import type { Address } from "./seen-ids.js";

/** A record that `ingest` would quarantine. docs/caliper.md. */
export const schemaFinding = (address: Address, code: string, reason: string): CheckFinding => ({
  ...address,
  check: "schema",
  verdict: "confirmed",
  code,
  reason,
  eventId: null,
  studentId: null,
  xp: null,
  arithmetic: null,
});

/** An id with two contents, of which only the first would count. */
export const conflictFinding = (
  address: Address,
  { eventId, metrics }: CheckedEvent,
  studentId: string,
  first: Address,
): CheckFinding => ({
  ...address,
  check: "conflict",
  verdict: "confirmed",
  code: "conflict",
  reason: `this event id is already at ${first.file}:${first.line} with different content; only the first counts`,
  eventId,
  studentId,
  xp: metrics.xp,
  arithmetic: null,
});

/** A twin after the first: its group is judged by the first event. docs/audit.md, "Twins". */
export const twinFinding = (first: EventNote, twin: EventNote, studentId: string): CheckFinding => {
  const xp = twin.xp === null ? null : xpText(twin.xp);
  return {
    file: twin.file,
    line: twin.line,
    check: "duplicate-event",
    verdict: "suspected",
    code: "duplicate-event",
    reason: `the same student, activity, XP and questions as ${first.eventId} at ${first.file}:${first.line}, moments later under another id; both would count`,
    eventId: twin.eventId,
    studentId,
    xp,
    arithmetic: null,
  };
};

/** Without resources the base XP is unknown, so the activity itself may pay the XP. */
const UNCHECKED = "; what the activity can pay is not known, so it is not confirmed";

/** A claim of the audit's rules about an event in the files. Without resources nothing is confirmed. */
export function bundledFinding(
  claim: NamedClaim & { suspect: Pick<EventSuspect<EventNote>, "student" | "exercise"> },
  calibration: Calibration,
  hasResources: boolean,
): CheckFinding {
  const { suspect, own, rule } = claim;
  const isUnchecked = claim.verdict === "confirmed" && !hasResources;
  const { event, activityKey } = suspect.exercise;
  const how = own === null ? null : ownArithmetic(keptFormulas(calibration), suspect.completion, own);
  const because = how === null ? "" : ` (own XP: ${how})`;
  return {
    file: event.file,
    line: event.line,
    check: "bundled-xp",
    verdict: isUnchecked ? "probable" : claim.verdict,
    code: rule,
    reason: `${event.activityName ?? activityKey ?? event.eventId}: ${RULE_WORDS[rule]}${because}${isUnchecked ? UNCHECKED : ""}`,
    eventId: event.eventId,
    studentId: suspect.student,
    xp: xpText(suspect.xp),
    arithmetic: own === null ? null : claimArithmetic(claim),
  };
}
