import type { Amount } from "../amount.js";
import type { Questions } from "../behaviour/own-xp.js";
import type { Moment } from "../moment.js";
import type { App } from "./apps.js";
import type { Activity, Course } from "./catalog.js";
import type { Student } from "./student.js";

/** An ActivityEvent that a sender sends. */
export interface SentEvent {
  id: string;
  app: App;
  activity: Pick<Activity, "key" | "title">;
  course: Course;
  /** False: the event does not say its course. */
  saysCourse: boolean;
  at: Moment;
  xp: Amount | null;
  questions: Questions | null;
  attempt: number | null;
}

/** A stretch of time spent on an activity. */
export interface SpentTime extends Pick<SentEvent, "id" | "app" | "activity" | "course" | "at"> {
  runId: string;
  seconds: number;
}

export interface LineItem {
  id: string;
  title: string;
  course: Course;
  saysCourse: boolean;
  parent?: string;
  /** Set where the line item leads to its resource through a component resource. */
  activity?: Activity;
}

/** A state of a row of `assessment_results`, from `at` (its date_last_modified) on. */
export interface State {
  at: Moment;
  status: "active" | "tobedeleted";
  xp: Amount | null;
  scoreDate: Moment;
  score: number | null;
  scoreStatus: "not submitted" | "fully graded" | "submitted";
  metadata: Readonly<Record<string, unknown>>;
}

/** A row of `assessment_results` with its states, oldest first. */
export interface Result {
  id: string;
  app: App;
  lineItem: LineItem;
  states: State[];
  /** The ActivityEvent that it links to. */
  event: SentEvent | null;
}

/** An event that carries the XP of other activities. */
export interface Bundle {
  event: SentEvent;
  twins: SentEvent[];
  own: Amount;
  /** Results whose XP is inside; those of failed bank writes included, which have none. */
  parts: { result: Result; xp: Amount; failed: boolean }[];
  /** Why no evidence can prove it; null where the rules decide it. */
  why: string | null;
}

/** An honest event that looks like a bundle. */
export interface Decoy {
  event: SentEvent;
  kind: string;
}

/** Another delivery of an event, or the only one. */
export interface Delivery {
  sentAt: Moment;
  event: SentEvent | SpentTime;
  /** Set in another payload under the id of an event that was delivered before. */
  xp?: Amount;
}

/** Everything that one student does and leaves behind. */
export interface World {
  student: Student;
  events: SentEvent[];
  times: SpentTime[];
  results: Result[];
  bundles: Bundle[];
  decoys: Decoy[];
  deliveries: Delivery[];
  /** What the events and results may refer to. */
  activities: Activity[];
  /** How often each feature occurred. */
  counts: Partial<Record<Feature, number>>;
}

/** What a population is made of, in the order in which `truth.json` counts it. */
export const features = [
  "testUsers",
  "sessions",
  "video",
  "article",
  "exercise",
  "quiz",
  "retakeOverwriting",
  "retakeWithAttempts",
  "overlappingCourses",
  "penalty",
  "childResult",
  "activityEvent",
  "timeSpentEvent",
  "result",
  "bankedWithExercise",
  "bankedEarly",
  "bankedLate",
  "bankedWithoutReason",
  "bankedWithEvent",
  "bundledInFull",
  "bundledInPart",
  "failedBankWrite",
  "twin",
  "retry",
  "conflict",
  "lateArrival",
  "correction",
  "deletion",
  "missingCourse",
  "decoy",
] as const;
export type Feature = (typeof features)[number];

export function count({ counts }: World, feature: Feature, by = 1): void {
  counts[feature] = (counts[feature] ?? 0) + by;
}

/** The state at an instant; undefined before the first. */
export const stateAt = ({ states }: Result, at: Moment): State | undefined =>
  states.findLast((state) => state.at <= at);
