/** The length of one step of a series. */
export type StepUnit = "day" | "week" | "month";

/** Counted and true XP in one step of time, named by its first day. XP as exact decimal text. */
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

/** A time series, limited to its last steps. */
export interface Series<Step> {
  unit: StepUnit;
  /** In chronological order, without empty steps. */
  steps: Step[];
  /** Number of omitted steps before the first. */
  omitted: number;
}
