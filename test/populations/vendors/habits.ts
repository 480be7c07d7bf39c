import type { Rounding } from "../kit/cents.js";

/** A row of a multiplier table: from this share of right answers on, these factors (thousandths) by attempt. */
export type TableRow = readonly [leastPercent: number, byAttempt: readonly number[]];

/** How exercises are paid for a time: base XP times the table's factor, rounded. */
export interface PaySheet {
  rows: readonly TableRow[];
  rounding: Rounding;
}

/** How an app banks the XP of videos and articles. */
export interface BankHabits {
  /** Is the write stamped after the exercise, or by another clock two seconds before it? */
  order: "after" | "before";
  /** What the result gets: the resource's XP, or the minutes where they are fewer. */
  pays: "full" | "minutes";
  /** What a bundling app puts into the event for it. */
  inEvent: "same" | "minutes";
  /** Where the second of the write stands: in `completedAt` and all other fields, or in `date_last_modified` only. */
  stamps: "everywhere" | "modified-only" | "modified-and-score-day";
  /** `xpReason`, or none. */
  reason: string | null;
  /** Is there a result at 0 XP from when the video was watched? */
  waits: boolean;
}

/** What an app is. The table of all of them is in the README. */
export interface Habits {
  slug: string;
  name: string;
  subject: string;
  courses: readonly string[];
  pays: "table" | "minutes" | "points";
  sheets: { first: PaySheet; afterHalf?: PaySheet };
  /** Do the exercises' resources carry their base XP? */
  tellsBase: boolean;
  tellsQuestions: boolean;
  /** Is there a TimeSpentEvent of the same run beside every completion? */
  tellsTime: boolean;
  /** What the exercise's own result shows: its own XP, the event's, a score without XP; or there is none. */
  ownResult: "own" | "total" | "score" | "none";
  /** How it names its event: by the line item alone, by its own id, or in `relatedCaliperEvents`. */
  ownResultNames: "line-item" | "caliper-id" | "related";
  bank: BankHabits;
  bundles: "always" | "never" | "sometimes";
  /** Do videos and articles have ActivityEvents of their own, without XP or with it? */
  passiveEvents: "none" | "zero" | "paid";
  actor: "url" | "urn" | "path" | "email";
  xpKey: "xp" | "xpEarned" | "timeback.xp";
  /** Do events name the activity, or only an object that ends in the resource's id? */
  namesActivity: boolean;
  /** Do line items bear the resource's id in their own, or refer to its place in the course? */
  lineItems: "named" | "component-resource";
  /** Are all base amounts even? Needed where five eighths of them are paid unrounded. */
  evenBases: boolean;
}

const STANDARD: readonly TableRow[] = [
  [100, [1250, 1000]],
  [80, [1000, 500]],
  [0, [0]],
];
const FADING: readonly TableRow[] = [
  [100, [1250, 625, 0]],
  [80, [1000, 500, 250, 0]],
  [0, [0]],
];

/** Tables and roundings that apps share. */
export const SHEETS = {
  standard: { rows: STANDARD, rounding: "nearest" },
  standardUp: { rows: STANDARD, rounding: "up" },
  standardExact: { rows: STANDARD, rounding: "none" },
  fadingExact: { rows: FADING, rounding: "none" },
  fadingUp: { rows: FADING, rounding: "up" },
  fromNinety: {
    rows: [
      [90, [1000]],
      [0, [0]],
    ],
    rounding: "none",
  },
  generous: {
    rows: [
      [100, [2000, 1250]],
      [80, [1500, 1000]],
      [60, [500]],
      [0, [0]],
    ],
    rounding: "nearest",
  },
} as const satisfies Record<string, PaySheet>;

/** What most apps do; each app says what it does otherwise. */
export const USUAL = {
  courses: ["Course"],
  pays: "table",
  sheets: { first: SHEETS.standard },
  tellsBase: true,
  tellsQuestions: true,
  tellsTime: true,
  ownResult: "own",
  ownResultNames: "line-item",
  bundles: "never",
  passiveEvents: "none",
  actor: "url",
  xpKey: "xp",
  namesActivity: true,
  lineItems: "component-resource",
  evenBases: false,
} as const;

export const USUAL_BANK: BankHabits = {
  order: "after",
  pays: "full",
  inEvent: "same",
  stamps: "everywhere",
  reason: "Banked XP",
  waits: true,
};
