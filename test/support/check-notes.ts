import type { EventNote } from "../../src/pipelines/check/event-note.js";
import type { ResultNote } from "../../src/pipelines/check/evidence.js";

/** When every sample happened. */
export const AT = Date.parse("2025-03-01T10:00:00Z");

/** A completed exercise of 3 XP, as the check remembers it. */
export const event = (eventId: string, changes: Partial<EventNote> = {}): EventNote => ({
  file: "events.ndjson",
  line: 1,
  eventId,
  actor: { segment: "ada", looksLikeUser: true, email: null },
  app: "Math Lab",
  at: AT,
  activityKey: "ex-1",
  objectSlug: null,
  courseId: null,
  activityName: null,
  attempt: null,
  xp: 30_000n,
  total: 100_000n,
  correct: 100_000n,
  ...changes,
});

/** The exercise's result, scored at the same moment. */
export const result = (changes: Partial<ResultNote> = {}): ResultNote => ({
  sourcedId: "r-1",
  student: "ada",
  lineItem: "ex-1_ali",
  activityKey: "ex-1",
  courseId: null,
  scoredAt: AT,
  day: null,
  endedAt: null,
  completedAt: null,
  xp: null,
  multiplier: null,
  attempt: null,
  total: null,
  correct: null,
  isBanked: false,
  hasReason: false,
  roseAt: null,
  eventRefs: [],
  ...changes,
});
