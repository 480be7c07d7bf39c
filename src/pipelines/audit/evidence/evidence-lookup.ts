import type { RawResource, RawResult } from "../../../domain/findings/evidence-rows.js";
import type { AuditRules } from "../../../domain/rules/audit-rules.js";
import { resultKey } from "../../../domain/values/source-keys.js";
import type { Evidence } from "./file.js";

/** The fields of an event that its verdict depends on. */
export interface JudgedFields {
  eventId: string;
  occurredAt: string;
  app: string | null;
  activityKey: string | null;
  activityName: string | null;
  courseId: string | null;
  attempt: number | null;
  metrics: { xp: string | null; totalQuestions: string | null; correctQuestions: string | null };
}

/** Reads an event's payload; null if it is not an event. */
export type ReadEvent = (payload: string) => JudgedFields | null;

export type SuspectPart = Evidence["judged"]["suspects"][number];

/** Lookups in the raw rows of one evidence file. */
export interface RawLookup {
  rules: AuditRules;
  event(id: string): JudgedFields | null;
  result(id: string): RawResult | undefined;
  resource(id: string | null): RawResource | undefined;
  fact(key: string): string | null;
  counts(resultId: string): boolean;
}

/** A value as it was judged, and as the raw rows have it. */
export type Comparison = readonly [name: string, judged: unknown, raw: unknown];

/** Indexes the raw rows of an evidence file. */
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

/** The current reading: the last one. */
export const latest = (result: RawResult | undefined) => result?.readings.at(-1);
