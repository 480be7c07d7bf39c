import type { Xp } from "../values/xp.js";
import type { BankWrite } from "./banked-sums.js";
import type { Compensation } from "./judging/compensations.js";
import type { Completion } from "./own-xp.js";

/** An event whose XP may include other activities' XP, with everything its verdict depends on. docs/audit.md, "Bundled XP". */
export interface Suspect {
  eventId: string;
  app: string | null;
  xp: Xp;
  completion: Completion;
  /** XP of its own results. */
  ownResultXp: readonly Xp[];
  /** Banked XP near it and late after it, nearest first, without results linked to the event itself. */
  near: readonly BankWrite[];
  late: readonly BankWrite[];
  /** Base XP of the passive results at 0 since the previous exercise: what a failed bank write may have lost. */
  zeroBase: Xp;
  /** XP that the sender took back of it later, the earliest first. */
  compensations: readonly Compensation[];
  /** Whether the base of its activity is what it paid at the time of the event, and not only what it pays since. */
  isBaseKnown: boolean;
  /** What the app multiplied own XP by on that day, as at least two other students' quiet events show; in ten-thousandths. */
  multiples: readonly bigint[];
}

/** The source of an event's own XP, strongest first. */
export type OwnEvidence = "own-result" | "stored-multiplier" | "multiplier-table" | "unknown";

/** The rule by which a suspect was judged. */
export type BundleRule =
  | "near"
  | "near+late"
  | "formula-unsure"
  | "day-multiple"
  | "base-later"
  | "own-ambiguous"
  | "no-exact-sum"
  | "failed-bank-write"
  | "above-base"
  | "above-banked";
