import type { MultiplierTable, Rounding } from "../behaviour/own-xp.js";

/** How results of exercises lead to their event (docs/facts.md, "Links"). */
export type LinkStyle = "L1" | "L1-caliper-id" | "L1-related" | "L2-line-item" | "L2-component" | "L3";

/** One sending app: how it pays, counts, links, banks and bundles. A new app is a new value. */
export interface App {
  name: string;
  /** Stands in its ids. */
  slug: string;
  /** `formula`: base x multiplier, rounded. The others pay by rules of their own. */
  pays: "formula" | "bonus" | "minutes" | "points";
  rounding: Rounding;
  table: MultiplierTable;
  /** The number of the first attempt, on events and on results; null where it is not said. */
  attempts: { event: 0 | 1 | null; result: 0 | 1 | null };
  link: LinkStyle;
  /** What an exercise's result says of XP: nothing, the exercise's own, or the event's total. */
  result: "absent" | "no-xp" | "own" | "total";
  storesMultiplier: boolean;
  retakes: "overwrite" | "attempts";
  /** ActivityEvents of videos and articles: none, with the XP when it is banked, or when watched and without XP. */
  passiveEvents: "none" | "at-bank" | "unpaid";
  bundles: boolean;
  /** False: the app writes results only. */
  sends: boolean;
  /** Where the time of a bank write stands. */
  bankClock: "completed-at" | "modified" | "score-date";
  /** What a video or article is worth: its XP, or the minutes spent where they are fewer (whole, or exact). */
  banks: "full" | "minutes" | "exact-minutes";
  xpKey: "xp" | "xpEarned" | "timeback.xp";
  xpAsText: boolean;
  /** Where an event names its activity. */
  names: "activity" | "object";
  /** Whether line items name their course. */
  lineItemCourse: boolean;
}

const usual = {
  pays: "formula",
  rounding: "round",
  table: "standard",
  attempts: { event: 1, result: 1 },
  link: "L2-line-item",
  result: "own",
  storesMultiplier: true,
  retakes: "overwrite",
  passiveEvents: "none",
  bundles: false,
  sends: true,
  bankClock: "completed-at",
  banks: "full",
  xpKey: "xp",
  xpAsText: false,
  names: "activity",
  lineItemCourse: true,
} as const satisfies Omit<App, "name" | "slug">;

const app = (name: string, own: Partial<Omit<App, "name">>): App => ({
  ...usual,
  name,
  slug: name.toLowerCase().split(" ")[0] ?? name,
  ...own,
});

const bundling: readonly App[] = [
  app("Harbor Academy", { bundles: true, banks: "minutes" }),
  app("Quarry Bridge", {
    bundles: true,
    rounding: "ceil",
    table: "decay",
    attempts: { event: 0, result: 0 },
    link: "L1",
    result: "total",
    retakes: "attempts",
    bankClock: "score-date",
  }),
  app("Lumen Mathematics", {
    bundles: true,
    rounding: "none",
    attempts: { event: null, result: 1 },
    link: "L2-component",
    result: "no-xp",
    storesMultiplier: false,
    retakes: "attempts",
    banks: "exact-minutes",
    lineItemCourse: false,
  }),
  app("Tern Kit", {
    bundles: true,
    table: "decay",
    attempts: { event: 1, result: null },
    link: "L3",
    retakes: "attempts",
    passiveEvents: "at-bank",
    bankClock: "modified",
    names: "object",
    lineItemCourse: false,
  }),
  app("Orbit Reader", {
    bundles: true,
    rounding: "ceil",
    link: "L1-caliper-id",
    result: "total",
    storesMultiplier: false,
    passiveEvents: "at-bank",
    xpKey: "timeback.xp",
  }),
  app("Parcel Lessons", {
    bundles: true,
    rounding: "none",
    table: "decay",
    attempts: { event: 0, result: 1 },
    link: "L1-related",
    storesMultiplier: false,
    passiveEvents: "unpaid",
    bankClock: "modified",
    xpAsText: true,
  }),
  app("Sable Practice", {
    bundles: true,
    attempts: { event: null, result: null },
    result: "absent",
    banks: "minutes",
    lineItemCourse: false,
  }),
  app("Gable Tutor", { bundles: true, pays: "points", storesMultiplier: false, retakes: "attempts" }),
];

const honest: readonly App[] = [
  app("Meadow Atomic", { passiveEvents: "at-bank", banks: "minutes" }),
  app("Fjord Drills", {
    rounding: "ceil",
    table: "decay",
    attempts: { event: null, result: null },
    link: "L2-component",
    result: "total",
    retakes: "attempts",
    xpKey: "xpEarned",
  }),
  app("Willow Minutes", { pays: "minutes", result: "total" }),
  app("Cinder Points", { pays: "points", storesMultiplier: false, link: "L1", retakes: "attempts", names: "object" }),
  app("Bonfire Bonus", { pays: "bonus", link: "L3", storesMultiplier: false, retakes: "attempts" }),
  app("Slate Results", { sends: false, banks: "minutes" }),
];

/** Every app of a population, in the order in which students get them. */
export const apps: readonly App[] = [...bundling, ...honest].sort((a, b) => (a.name < b.name ? -1 : 1));
