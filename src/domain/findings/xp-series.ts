/** How long one step of a series is. */
export type StepUnit = "day" | "week" | "month";

/** What is counted and what is true in one step of time, by its first day. XP as exact decimal text. */
export interface XpStep {
  from: string;
  countedXp: string;
  trueXp: string;
}

/** Confirmed inflation of one app in one step of time. XP as exact decimal text. */
export interface AppStep {
  from: string;
  /** Null where the app has no name. */
  app: string | null;
  inflationXp: string;
}

/** A series over time: its last steps, where there are too many. */
export interface Series<Step> {
  unit: StepUnit;
  /** In the order of time; steps without anything are left out. */
  steps: Step[];
  /** Steps before the first one that are left out. */
  omitted: number;
}
