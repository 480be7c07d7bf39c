/** How an app rounds base times multiplier to XP. */
export const ROUNDINGS = ["round", "ceil", "none"] as const;
export type Rounding = (typeof ROUNDINGS)[number];

/** Tables of multipliers for later attempts. docs/audit.md, "Own XP". */
export const MULTIPLIER_TABLES = ["standard", "decay"] as const;
export type MultiplierTable = (typeof MULTIPLIER_TABLES)[number];

/**
 * Whether an app pays base times multiplier: proven by its quiet events (`holds`), plausible from few (`presumed`),
 * refuted (`void`), or open (`unsure`). docs/audit.md, "Calibration".
 */
export type FormulaStatus = "holds" | "presumed" | "unsure" | "void";

/**
 * Whether an app pays more than it should when XP was banked beside the exercise, or as often when nothing was: then it does
 * not bundle, it pays a bonus. Numbers of events. docs/audit.md, "What must also hold".
 */
export type Lift = {
  /** Quiet events, and those of them that pay more than their own XP can be. */
  quiet: number;
  overpaid: number;
  /** Events with banked XP near them, and those of them whose excess some of that makes up exactly. */
  banked: number;
  explained: number;
};

/** What all events of one app say about how it pays. */
export interface Calibration {
  app: string | null;
  status: FormulaStatus;
  /** Events without near banked XP, and how many of them the kept formulas explain. */
  quietEvents: number;
  quietExplained: number;
  /** The decisive events, and how many the kept formulas explain: the quiet ones; if those are few, all, alone or with banked XP. */
  events: number;
  eventsExplained: number;
  /** The roundings and tables not ruled out. */
  roundings: readonly Rounding[];
  tables: readonly MultiplierTable[];
  /** Own XP being what the kept formulas allow, and what the events' own results say. */
  lift: Lift;
  ownResultLift: Lift;
}
