import type { Amount } from "../amount.js";
import type { Questions } from "../behaviour/own-xp.js";
import type { Moment } from "../moment.js";
import type { App } from "./apps.js";
import type { Activity, Course } from "./catalog.js";
import type { Student } from "./student.js";

/** An ActivityEvent that an app sends. */
export interface SentEvent {
  id: string;
  app: App;
  activity: Pick<Activity, "key" | "title">;
  course: Course;
  /** False if the event does not name its course. */
  saysCourse: boolean;
  at: Moment;
  xp: Amount | null;
  questions: Questions | null;
  attempt: number | null;
}

/** A period spent on an activity. */
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
  /** Set if the line item refers to its resource through a component resource. */
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

/** An event that carries XP of other activities. */
export interface Bundle {
  event: SentEvent;
  twins: SentEvent[];
  own: Amount;
  /** Results whose XP is inside, also those of failed bank writes, which show none. */
  parts: { result: Result; xp: Amount; failed: boolean }[];
  /** Why evidence cannot prove it; null if it can. */
  why: string | null;
}

/** An honest event that looks like a bundle. */
export interface Decoy {
  event: SentEvent;
  kind: string;
}

/** One delivery of an event. */
export interface Delivery {
  sentAt: Moment;
  event: SentEvent | SpentTime;
  /** Set in a conflicting payload under the id of an event delivered before. */
  xp?: Amount;
}

/** Everything that one student does, sends and leaves in the tables. */
export interface World {
  student: Student;
  events: SentEvent[];
  times: SpentTime[];
  results: Result[];
  bundles: Bundle[];
  decoys: Decoy[];
  deliveries: Delivery[];
  /** Activities that events and results may refer to. */
  activities: Activity[];
  /** Number of occurrences of each feature. */
  counts: Partial<Record<Feature, number>>;
}

/** Features of a population, in the order of `truth.json`. */
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

/** The state at an instant; undefined before the first state. */
export const stateAt = ({ states }: Result, at: Moment): State | undefined =>
  states.findLast((state) => state.at <= at);
