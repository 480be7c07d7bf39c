import type { LinkableEvent, LinkableResult } from "../../src/domain/rules/judging/links.js";

/** When every sample happened. */
export const AT = Date.parse("2025-03-01T10:00:00Z") * 1000;

/** A completed exercise of 3 XP. */
export const event = (eventId: string, changes: Partial<LinkableEvent> = {}): LinkableEvent => ({
  eventId,
  app: "Math Lab",
  at: AT,
  activityKey: "ex-1",
  objectSlug: null,
  courseId: null,
  day: "2025-03-01",
  attempt: null,
  xp: 30_000n,
  total: 100_000n,
  correct: 100_000n,
  ...changes,
});

/** The exercise's result, scored at the same moment. */
export const result = (changes: Partial<LinkableResult> = {}): LinkableResult => ({
  sourcedId: "r-1",
  lineItem: "ex-1_ali",
  activityKey: "ex-1",
  courseId: null,
  scoredAt: AT,
  day: null,
  endedAt: null,
  completedAt: null,
  xpSince: null,
  xp: null,
  multiplier: null,
  attempt: null,
  total: null,
  correct: null,
  reason: null,
  eventRefs: [],
  ...changes,
});
