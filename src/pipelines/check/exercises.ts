import type { AuditRules } from "../../domain/rules/audit-rules.js";
import type { AccuracyBand, Completion } from "../../domain/rules/own-xp.js";
import type { Xp } from "../../domain/values/xp.js";
import type { EventNote } from "./event-note.js";
import type { Ground, ResourceNote, ResultNote } from "./evidence.js";
import { linkResults } from "./links.js";
import { twinGroups } from "./twins.js";

/** An event with what links to it and its twins, the earliest standing for all. */
export interface JudgedEvent {
  event: EventNote;
  twins: readonly EventNote[];
  linked: readonly ResultNote[];
  resource: ResourceNote | null;
  activityKey: string | null;
  isPassive: boolean;
}

/** An event that may hold other activities' XP, with what is known of how it was completed. docs/audit.md, "Bundled XP". */
export interface Exercise extends JudgedEvent {
  xp: Xp;
  completion: Completion;
  ownResults: readonly ResultNote[];
}

/** What is added to the attempts of an app's events and results, for apps that count from 0. */
export interface Numbering {
  events: number;
  results: number;
}

/** A student's events with what links to them. `events` come by time, then id. */
export function judgedEvents(
  events: readonly EventNote[],
  student: string,
  { evidence, rules }: Ground,
): JudgedEvent[] {
  const results = evidence.resultsOf(student);
  const links = linkResults(events, results);
  const banked = new Set(results.filter(({ isBanked }) => isBanked).map(({ activityKey }) => activityKey));
  return twinGroups(events, rules).map(([event, ...twins]) => {
    const first = event as EventNote;
    const linked = [first, ...twins].flatMap((one) => links.get(one) ?? []);
    const through = linked
      .map(({ activityKey }) => activityKey)
      .filter((key) => evidence.resources.has(key))
      .sort()[0];
    const direct = evidence.resources.get(first.activityKey ?? "");
    const resource = direct ?? evidence.resources.get(through ?? "") ?? null;
    const activityKey = first.activityKey ?? through ?? null;
    const isPassive = (resource?.isPassive ?? false) || banked.has(activityKey ?? "");
    return { event: first, twins, linked, resource, activityKey, isPassive };
  });
}

const isClose = ({ scoredAt, endedAt }: ResultNote, at: number, { ownSeconds }: AuditRules): boolean =>
  [scoredAt, endedAt].some((instant) => instant !== null && Math.abs(instant - at) <= ownSeconds * 1000);

/** The results that say what the event itself earned. docs/audit.md, "Own results". */
function ownResults({ event, linked }: JudgedEvent, { events, results }: Numbering, rules: AuditRules): ResultNote[] {
  const anyClose = linked.some((result) => isClose(result, event.at, rules));
  return linked
    .filter((result) => {
      const close = isClose(result, event.at, rules);
      if (result.day !== null || result.isBanked || close !== anyClose) return false;
      if (result.attempt === null || event.attempt === null) return close;
      return result.attempt + results === event.attempt + events;
    })
    .sort((a, b) => (a.sourcedId < b.sourcedId ? -1 : 1));
}

function bandOf(total: Xp | null, correct: Xp | null): AccuracyBand {
  if (total === null || correct === null || total <= 0n) return null;
  if (correct >= total) return "full";
  return correct * 10n >= total * 8n ? "pass" : "fail";
}

const firstOf = <T>(results: readonly ResultNote[], value: (result: ResultNote) => T | null): T | null =>
  results.map(value).find((one) => one !== null) ?? null;

/** The exercises among a student's events, by time, then id. */
export function exercisesOf(
  judged: readonly JudgedEvent[],
  numbering: (app: string) => Numbering,
  rules: AuditRules,
): Exercise[] {
  const seen = new Map<string, number>();
  return judged
    .filter(({ isPassive }) => !isPassive)
    .map((one) => {
      const { event } = one;
      const plus = numbering(event.app);
      const own = ownResults(one, plus, rules);
      const nth = (seen.get(one.activityKey ?? "") ?? 0) + 1;
      seen.set(one.activityKey ?? "", nth);
      const ownAttempt = firstOf(own, ({ attempt }) => (attempt === null ? null : attempt + plus.results));
      return {
        ...one,
        xp: event.xp ?? -1n,
        ownResults: own,
        completion: {
          base: one.resource?.base ?? null,
          band: bandOf(
            event.total ?? firstOf(own, ({ total }) => total),
            event.correct ?? firstOf(own, ({ correct }) => correct),
          ),
          attempt: (event.attempt === null ? null : event.attempt + plus.events) ?? ownAttempt ?? nth,
          multiplier: firstOf(own, ({ multiplier }) => multiplier),
          tables: rules.multipliers,
        },
      };
    });
}
