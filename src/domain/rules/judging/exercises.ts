import type { Xp } from "../../values/xp.js";
import type { AuditRules } from "../audit-rules.js";
import type { AccuracyBand, Completion } from "../own-xp.js";
import { baseAt } from "./base-xp.js";
import type { JudgedEvent } from "./judged-events.js";
import { type EventRecord, isAdjustment, type Micros, type ResultRecord, SECOND, saysBanked } from "./records.js";

/** An event that may include other activities' XP, with how it was completed. docs/audit.md, "Bundled XP". */
export interface Exercise<E extends EventRecord = EventRecord> extends JudgedEvent<E> {
  ownResults: readonly ResultRecord[];
  completion: Completion;
}

/** Apps that number attempts from 0, in events and in results. docs/audit.md, "Attempts". */
export interface ZeroNumbering {
  inEvents: ReadonlySet<string>;
  inResults: ReadonlySet<string>;
}

/** Offset that makes an attempt count from 1. */
interface Plus {
  event: number;
  result: number;
}

const plusOf = ({ inEvents, inResults }: ZeroNumbering, app: string): Plus => ({
  event: inEvents.has(app) ? 1 : 0,
  result: inResults.has(app) ? 1 : 0,
});

const isClose = ({ scoredAt, endedAt }: ResultRecord, at: Micros, { ownSeconds }: AuditRules): boolean =>
  [scoredAt, endedAt].some((instant) => instant !== null && Math.abs(instant - at) <= ownSeconds * SECOND);

/** The results that hold the event's own XP, by id. docs/audit.md, "Own results". */
function ownResults({ event, linked }: JudgedEvent, plus: Plus, rules: AuditRules): readonly ResultRecord[] {
  if (linked.length === 0) return linked;
  const close = linked.map((result) => isClose(result, event.at, rules));
  const anyClose = close.includes(true);
  const own = linked.filter((result, n) => {
    if (result.scoredAt === null || saysBanked(result.reason) || close[n] !== anyClose) return false;
    if (result.attempt === null || event.attempt === null) return close[n];
    return result.attempt + plus.result === event.attempt + plus.event;
  });
  return own.length < 2 ? own : own.sort((a, b) => (a.sourcedId < b.sourcedId ? -1 : 1));
}

const PASSES = { right: 8n, of: 10n };

/** How well the questions were answered; null if unknown. */
export function accuracyBand(total: Xp | null, correct: Xp | null): AccuracyBand {
  if (total === null || correct === null || total <= 0n) return null;
  if (correct >= total) return "full";
  return correct * PASSES.of >= total * PASSES.right ? "pass" : "fail";
}

/** The first known value. */
function firstOf<T>(results: readonly ResultRecord[], value: (result: ResultRecord) => T | null): T | null {
  for (const result of results) {
    const one = value(result);
    if (one !== null) return one;
  }
  return null;
}

/** How an exercise was completed; `nth` counts the student's exercises of its activity. */
function completionOf(
  { event, resource }: JudgedEvent,
  own: readonly ResultRecord[],
  { plus, nth, rules }: { plus: Plus; nth: number; rules: AuditRules },
): Completion {
  const reported = event.attempt === null ? null : event.attempt + plus.event;
  const ofResult = firstOf(own, ({ attempt }) => (attempt === null ? null : attempt + plus.result));
  const total = event.total ?? firstOf(own, (result) => result.total);
  const correct = event.correct ?? firstOf(own, (result) => result.correct);
  return {
    base: baseAt(resource, event.at).base,
    band: accuracyBand(total, correct),
    attempt: reported ?? ofResult ?? nth,
    multiplier: firstOf(own, (result) => result.multiplier),
    tables: rules.multipliers,
  };
}

/** The exercises among a student's events, which come by time, then id. What takes XP back is none. */
export function exercisesOf<E extends EventRecord>(
  judged: readonly JudgedEvent<E>[],
  numbering: ZeroNumbering,
  rules: AuditRules,
): Exercise<E>[] {
  const seen = new Map<string | null, number>();
  const exercises: Exercise<E>[] = [];
  for (const one of judged) {
    if (one.isPassive || isAdjustment(one.event)) continue;
    const { event, twins, linked, resource, activityKey, isPassive } = one;
    const plus = plusOf(numbering, event.app);
    const nth = (seen.get(activityKey) ?? 0) + 1;
    seen.set(activityKey, nth);
    const own = ownResults(one, plus, rules);
    const completion = completionOf(one, own, { plus, nth, rules });
    // Member by member: spreading `one` takes longer than all the rest, and there are millions.
    exercises.push({ event, twins, linked, resource, activityKey, isPassive, ownResults: own, completion });
  }
  return exercises;
}
