import type { RawResult } from "../../../domain/findings/evidence-rows.js";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import { accuracyBand } from "../../../domain/rules/judging/exercises.js";
import { eventKey } from "../../../domain/values/source-keys.js";
import { xpFromText } from "../../../domain/values/xp.js";
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

/** Base XP of the event's activity if the file has its resource, else as judged. */
const baseOf = (suspect: SuspectPart, event: JudgedFields, raw: RawLookup): string | null => {
  const resource = raw.resource(event.activityKey ?? suspect.activityId);
  return resource === undefined ? suspect.base : resource.xp;
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

function suspectDisagreement(suspect: SuspectPart, raw: RawLookup): string | null {
  const event = raw.event(suspect.eventId);
  if (event === null) return `raw.events: no readable event ${suspect.eventId}`;
  const comparisons = eventComparisons(suspect, event, raw);
  const differing = comparisons.find(([, judged, said]) => judged !== said);
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
