import type { RawResource, RawResult } from "../../../domain/findings/evidence-rows.js";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import { baseAt } from "../../../domain/rules/judging/base-xp.js";
import { accuracyBand } from "../../../domain/rules/judging/exercises.js";
import type { ResourceRecord } from "../../../domain/rules/judging/records.js";
import { eventKey } from "../../../domain/values/source-keys.js";
import { xpFromText, xpText } from "../../../domain/values/xp.js";
import {
  type Comparison,
  type JudgedFields,
  latest,
  type RawLookup,
  type ReadEvent,
  rawLookup,
  type SuspectPart,
} from "./evidence-lookup.js";
import type { Evidence } from "./file.js";
import { bankDisagreement } from "./verify-banked-xp.js";

const MILLISECONDS = "2025-03-01T08:00:00.000".length;

const ownResults = ({ ownIds }: SuspectPart, raw: RawLookup): (RawResult | undefined)[] =>
  (ownIds ?? []).map((id) => raw.result(id));

const firstKnown = <T>(values: readonly (T | null | undefined)[]): T | null =>
  values.find((one) => one != null) ?? null;

const amountOf = (text: string | null) => (text === null ? null : xpFromText(text));

const microsOrNull = (text: string | null) => (text === null ? null : Date.parse(text) * 1000);

/** A landed resource as far as its base is asked for. */
const resourceRecord = ({ title, xp, xpSince, earlier }: RawResource): ResourceRecord => ({
  title,
  base: amountOf(xp),
  since: microsOrNull(xpSince),
  earlier: earlier.map((reading) => ({ xp: amountOf(reading.xp), since: microsOrNull(reading.since) })),
  isTouchedWithMany: false,
  isPassive: false,
});

/** Base XP: of the event's activity where its resource is landed; that of a linked result's activity is taken as it is. */
const baseOf = (suspect: SuspectPart, event: JudgedFields, raw: RawLookup): string | null => {
  const resource = raw.resource(event.activityKey ?? suspect.activityId);
  if (resource === undefined) return suspect.base;
  const { base } = baseAt(resourceRecord(resource), Date.parse(suspect.occurredAt) * 1000);
  return base === null ? null : xpText(base);
};

function eventComparisons(suspect: SuspectPart, event: JudgedFields, raw: RawLookup): Comparison[] {
  const own = ownResults(suspect, raw);
  const { xp, totalQuestions, correctQuestions } = event.metrics;
  const questions = [
    amountOf(totalQuestions ?? firstKnown(own.map((result) => result?.totalQuestions))),
    amountOf(correctQuestions ?? firstKnown(own.map((result) => result?.correctQuestions))),
  ] as const;
  const plus = event.attempt === null ? 0 : suspect.attempt - event.attempt;
  return [
    ["eventId", suspect.eventId, event.eventId],
    ["xp", suspect.xp, xp],
    ["app", suspect.app, event.app ?? ""],
    ["occurredAt", suspect.occurredAt, `${event.occurredAt.slice(0, MILLISECONDS)}Z`],
    ["activityId", suspect.activityId, event.activityKey ?? suspect.activityId],
    ["activityName", suspect.activityName, event.activityName ?? raw.resource(suspect.activityId)?.title ?? null],
    ["courseId", suspect.courseId, event.courseId],
    ["totalQuestions", suspect.totalQuestions, totalQuestions],
    ["correctQuestions", suspect.correctQuestions, correctQuestions],
    ["attempt", suspect.attempt, plus === 0 || plus === 1 ? suspect.attempt : event.attempt],
    ["base", suspect.base, baseOf(suspect, event, raw)],
    ["band", suspect.band, accuracyBand(...questions)],
    ["multiplier", suspect.multiplier, firstKnown(own.map((result) => latest(result)?.multiplier))],
    ["counted", suspect.counted, raw.fact(eventKey(suspect.eventId))],
    ...own.map((result, at): Comparison => [`ownXps.${at}`, suspect.ownXps?.[at] ?? null, latest(result)?.xp ?? null]),
  ];
}

/** What the sender took back, and whether the base was known, as far as the raw rows can tell. */
function refundComparisons(suspect: SuspectPart, event: JudgedFields, raw: RawLookup): Comparison[] {
  const refunds = suspect.compensations.map(({ eventId, xp }, at): Comparison => {
    const refund = raw.event(eventId);
    const isRefund =
      refund !== null &&
      refund.occurredAt > event.occurredAt &&
      (refund.activityKey ?? "") === (suspect.activityId ?? "") &&
      (amountOf(refund.metrics.totalQuestions) ?? 0n) === 0n;
    return [`compensations.${at}`, xp, isRefund ? xpText(-(amountOf(refund.metrics.xp) ?? 0n)) : null];
  });
  const resource = raw.resource(event.activityKey ?? suspect.activityId);
  const isKnown =
    resource === undefined || baseAt(resourceRecord(resource), Date.parse(suspect.occurredAt) * 1000).isKnown;
  return [...refunds, ["baseKnown", suspect.baseKnown, isKnown || suspect.baseKnown]];
}

function suspectDisagreement(suspect: SuspectPart, raw: RawLookup): string | null {
  const event = raw.event(suspect.eventId);
  if (event === null) return `raw.events: no readable event ${suspect.eventId}`;
  const rereads = [...eventComparisons(suspect, event, raw), ...refundComparisons(suspect, event, raw)];
  const differing = rereads.find(([, judged, said]) => judged !== said);
  if (differing === undefined) return bankDisagreement(suspect, raw);
  const [name, judged, said] = differing;
  return `judged: ${name} of event ${suspect.eventId} is ${JSON.stringify(judged)}, the raw rows say ${JSON.stringify(said)}`;
}

/** Describes the first difference between the raw rows and what was judged; null if there is none. docs/evidence.md. */
export function rawDisagreement(evidence: Evidence, rules: AuditRules, readEvent: ReadEvent): string | null {
  const raw = rawLookup(evidence, rules, readEvent);
  const uncounted = evidence.judged.counted.find((id) => !raw.counts(id));
  if (uncounted !== undefined) return `judged.counted: no fact of raw.facts counts the result ${uncounted}`;
  const stranger = evidence.raw.results.find(({ studentId }) =>
    evidence.judged.suspects.some((suspect) => suspect.studentId !== studentId),
  );
  if (stranger) return `raw.results: ${stranger.sourcedId} is of another student, ${stranger.studentId}`;
  for (const suspect of evidence.judged.suspects) {
    const difference = suspectDisagreement(suspect, raw);
    if (difference !== null) return difference;
  }
  return null;
}
