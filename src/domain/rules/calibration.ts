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

/** How one app pays, from all of its events. */
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
}
