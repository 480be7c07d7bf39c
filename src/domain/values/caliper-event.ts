/** The actor of an event, as the event identifies it. docs/facts.md, "Students". */
export interface Actor {
  /** Last path or URN segment of `actor.id`; null if there is none. */
  segment: string | null;
  /** True if `actor.id` has the form of a user (`…/users/<id>`, `urn:…:user:<id>`). */
  looksLikeUser: boolean;
  /** Trimmed and lower-cased; null if missing. */
  email: string | null;
}

/** Every metric as plain decimal text without trailing zeros; null = not reported. Seconds for times. */
export interface Metrics {
  xp: string | null;
  totalQuestions: string | null;
  correctQuestions: string | null;
  masteredUnits: string | null;
  active: string | null;
  inactive: string | null;
  waste: string | null;
  unknown: string | null;
  antiPattern: string | null;
}

/** A Timeback event with every field that facts use, typed, and its verbatim payload. */
export interface LandableEvent {
  /** UUID in lower case, without `urn:uuid:`. */
  eventId: string;
  eventType: "ActivityEvent" | "TimeSpentEvent";
  actor: Actor;
  /** Instant in UTC with microseconds: `2025-03-01T08:00:00.000000Z`. */
  occurredAt: string;
  activityKey: string | null;
  /** Last segment of `object.id`, if usable as a slug (at least 4 characters) and not the activity key. */
  objectSlug: string | null;
  subject: string | null;
  app: string | null;
  courseId: string | null;
  courseName: string | null;
  activityName: string | null;
  attempt: number | null;
  /** Caliper `extensions.runId`. */
  runId: string | null;
  metrics: Metrics;
  /** JSON of this one event (the line itself for a bare event). */
  payload: string;
}
