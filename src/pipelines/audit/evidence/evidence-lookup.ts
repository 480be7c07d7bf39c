import type { RawResource, RawResult } from "../../../domain/findings/evidence-rows.js";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import { resultKey } from "../../../domain/values/source-keys.js";
import type { Evidence } from "./file.js";

/** What an event says of itself, as far as it is judged. */
export interface EventSays {
  eventId: string;
  occurredAt: string;
  app: string | null;
  activityKey: string | null;
  activityName: string | null;
  courseId: string | null;
  attempt: number | null;
  metrics: { xp: string | null; totalQuestions: string | null; correctQuestions: string | null };
}

/** Reads the payload of an event; null where it is none. */
export type ReadEvent = (payload: string) => EventSays | null;

export type SuspectPart = Evidence["judged"]["suspects"][number];

/** The raw rows by name, for one evidence file. */
export interface RawLookup {
  rules: AuditRules;
  event(id: string): EventSays | null;
  result(id: string): RawResult | undefined;
  resource(id: string | null): RawResource | undefined;
  fact(key: string): string | null;
  counts(resultId: string): boolean;
}

/** One thing that was read again: its name, what the suspect says, and what the raw rows say. */
export type Reread = readonly [name: string, judged: unknown, raw: unknown];

/** Looks into the raw rows of a file. */
export function rawLookup({ raw }: Evidence, rules: AuditRules, readEvent: ReadEvent): RawLookup {
  const events = new Map(raw.events.map(({ eventId, payload }) => [eventId, readEvent(payload)]));
  const results = new Map(raw.results.map((result) => [result.sourcedId, result]));
  const resources = new Map(raw.resources.map((resource) => [resource.sourcedId, resource]));
  const facts = new Map(raw.facts.map((fact) => [fact.factKey, fact.xpEarned]));
  const keys = raw.facts.flatMap(({ factKey, sources }) => [factKey, ...sources]);
  return {
    rules,
    event: (id) => events.get(id) ?? null,
    result: (id) => results.get(id),
    resource: (id) => (id === null ? undefined : resources.get(id)),
    fact: (key) => facts.get(key) ?? null,
    counts: (id) => keys.includes(resultKey(id)),
  };
}

/** The current state of a result. */
export const lastReading = (result: RawResult | undefined) => result?.readings.at(-1);
