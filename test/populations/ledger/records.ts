import type { Cents } from "../kit/cents.js";
import type { Moment } from "../kit/clock.js";
import type { Lesson, Plan } from "../lessons/plan.js";
import type { Person } from "../school/people.js";
import type { Resource } from "../vendors/catalogue.js";
import type { Habits } from "../vendors/habits.js";
import type { Answers } from "../vendors/pay.js";

/** A Caliper event, as its sender knows it. */
export interface SentEvent {
  id: string;
  type: "activity" | "time";
  at: Moment;
  arrivesAt: Moment;
  lesson: Lesson;
  userId: string;
  email: string;
  resource: Resource;
  courseId: string;
  attempt: number | null;
  answers: Answers | null;
  xp: Cents | null;
  runId: string | null;
  seconds: number | null;
}

/** A row of `assessment_results` from one write to the next. */
export interface Version {
  at: Moment;
  status: "active" | "tobedeleted";
  studentId: string;
  xp: Cents | null;
  score: number;
  scoreAt: Moment;
  /** Where `score_date` has no time. */
  scoreDay: string | null;
  metadata: Readonly<Record<string, unknown>>;
}

/** A result, and what it tells: an exercise's own score, or a video's or article's banked XP. */
export interface Result {
  id: string;
  role: "own" | "bank";
  /** The event of the same activity, where there is one. */
  event: SentEvent | null;
  person: Person;
  app: Habits;
  courseId: string;
  resource: Resource;
  lineItemId: string;
  versions: Version[];
  /** The result that took its place. */
  movedTo: Result | null;
}

/** What became of a plan. */
export interface Played {
  plan: Plan;
  event: SentEvent;
  own: Result | null;
  /** By the order of `plan.watched`; null where nothing was ever there. */
  banks: (Result | null)[];
}

/** An event whose label is known without a plan. */
export interface Aside {
  event: SentEvent;
  className: string;
  reason: string;
}

/** All that was sent and written. */
export class Ledger {
  readonly events: SentEvent[] = [];
  readonly results: Result[] = [];
  readonly played: Played[] = [];
  readonly asides: Aside[] = [];
}

/** The row as it stands at an instant; undefined before its first write. */
export const versionAt = ({ versions }: Result, at: Moment): Version | undefined =>
  versions.filter((version) => version.at <= at).at(-1);

/** The result that carries it at the end. */
export const lastHome = (result: Result): Result => (result.movedTo === null ? result : lastHome(result.movedTo));
