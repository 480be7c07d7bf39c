import { type Cents, sum } from "../kit/cents.js";
import type { Moment } from "../kit/clock.js";
import type { Slot } from "../school/bells.js";
import type { School } from "../school/calendar.js";
import type { Person } from "../school/people.js";
import type { Course, Resource, Unit } from "../vendors/catalogue.js";
import type { Habits } from "../vendors/habits.js";
import type { Answers } from "../vendors/pay.js";

/** A student, an app and a stretch of time. */
export interface Lesson {
  person: Person;
  school: School;
  app: Habits;
  course: Course;
  slot: Slot;
  /** A device lent for the lesson: another sensor, another way to name the student, a clock that is off. */
  loaner: { skew: number } | null;
}

/** What becomes of a banked result later. */
export interface Aftermath {
  at: Moment;
  kind: "raised" | "lowered" | "revoked" | "deleted";
  xp: Cents;
}

/** A video or article of the lesson, and how its XP is banked. */
export interface Watched {
  resource: Resource;
  seconds: number;
  watchedAt: Moment;
  /** What the result gets, and what a bundling app puts into the event. */
  pays: Cents;
  inEvent: Cents;
  bankedAt: Moment;
  outcome: "banked" | "failed" | "unseen";
  reason: string | null;
  /** Is `score_date` a day without time? */
  byDay: boolean;
  aftermath: Aftermath | null;
}

/** How a lesson ends: drawn up first, changed by the case that it stages, then performed. */
export interface Plan {
  lesson: Lesson;
  unit: Unit;
  attempt: number;
  answers: Answers;
  activeSeconds: number;
  finishedAt: Moment;
  /** What the exercise is worth by the app's own rule. */
  own: Cents;
  /** What the app honestly pays beyond that. */
  bonus: Cents;
  isBundled: boolean;
  watched: Watched[];
  /** What another course of the student banks within seconds. */
  nearby: readonly Watched[];
  /** When the own result is written, and its day where it has no time. */
  resultAt: Moment;
  resultDay: string | null;
  /** Does it say when the exercise ended? */
  resultTellsEnd: boolean;
  /** Events of the same activity that follow, without questions. */
  aftercare: { at: Moment; xp: Cents; className: string; reason: string }[];
  className: string;
  reason: string;
  /** Set where what was bundled was taken back, so that the event must stand as it is. */
  isTakenBack: boolean;
}

/** The XP of videos and articles in the event. */
export const bundledXp = (plan: Plan): Cents => (plan.isBundled ? sum(plan.watched.map(({ inEvent }) => inEvent)) : 0);

export const eventXp = (plan: Plan): Cents => plan.own + plan.bonus + bundledXp(plan);

/** What the lesson's videos and articles pay. */
export const bankSum = (plan: Plan): Cents => sum(plan.watched.map(({ pays }) => pays));
