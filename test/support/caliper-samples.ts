import { expect } from "vitest";
import type { LandableEvent } from "../../src/domain/values/caliper-event.js";
import { parseLine } from "../../src/pipelines/caliper/parse/parse.js";
import type { Parsed } from "../../src/pipelines/caliper/parse/record.js";

/** The id of every sample, as it is kept. */
export const ID = "9e3779b1-0001-4000-8000-00000000000a";

/** A completed exercise, 9 XP, with every field that a fact reads; `changes` replace whole fields. */
export const activity = (changes: object = {}) => ({
  "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2",
  id: `urn:uuid:${ID}`,
  type: "ActivityEvent",
  profile: "TimebackProfile",
  actor: { id: "https://host/users/u1", type: "TimebackUser", email: " Ada@School.example " },
  action: "Completed",
  object: {
    id: "https://app.example/activities/ex-1",
    type: "TimebackActivityContext",
    subject: "Math",
    app: { id: "https://apps/1", name: "Math Lab" },
    course: { id: "https://host/courses/c-1", name: "Math 3" },
    activity: { id: "https://host/resources/res_1", name: "Fractions" },
  },
  eventTime: "2025-03-01T08:00:00.000Z",
  generated: {
    id: "urn:uuid:1",
    type: "TimebackActivityMetricsCollection",
    attempt: 1,
    items: [
      { type: "xpEarned", value: 9 },
      { type: "totalQuestions", value: 10 },
      { type: "correctQuestions", value: 8 },
      { type: "masteredUnits", value: 0.5 },
    ],
  },
  extensions: { runId: "run-1" },
  ...changes,
});

/** A time event with all five kinds of seconds. */
export const timeSpent = (changes: object = {}) =>
  activity({
    type: "TimeSpentEvent",
    action: "SpentTime",
    generated: {
      items: ["active", "inactive", "waste", "unknown", "anti-pattern"].map((type, i) => ({ type, value: i + 0.5 })),
    },
    ...changes,
  });

/** A completed exercise with these metrics. */
export const metrics = (...items: unknown[]) => activity({ generated: { items } });
/** A completed exercise with this XP and nothing else. */
export const xp = (value: unknown) => metrics({ type: "xpEarned", value });
/** A line that holds this record; text stands for itself. */
export const lineOf = (record: unknown) => ({ text: typeof record === "string" ? record : JSON.stringify(record) });

/** What became of a line with one record. */
export function only(record: unknown): Parsed {
  const [parsed, ...others] = parseLine(lineOf(record));
  expect(others).toEqual([]);
  if (parsed === undefined) throw new Error("no record at all");
  return parsed;
}

/** The event of a line that must hold one. */
export function eventOf(record: unknown): LandableEvent {
  const parsed = only(record);
  if (parsed.kind !== "event") throw new Error(JSON.stringify(parsed));
  return parsed.event;
}

/** The reject of a line that must be one: `bad-id: id: expected …`. */
export function faultOf(record: unknown): string {
  const parsed = only(record);
  if (parsed.kind !== "rejected") throw new Error(`not rejected: ${parsed.kind}`);
  expect(parsed.reason).not.toMatch(/[\p{Cc}\p{Cs}]/u);
  return `${parsed.code}: ${parsed.reason}`;
}

/** What an event without metrics reports. */
export const noMetrics = {
  xp: null,
  totalQuestions: null,
  correctQuestions: null,
  masteredUnits: null,
  active: null,
  inactive: null,
  waste: null,
  unknown: null,
  antiPattern: null,
};
