import type { MultiplierTable, Rounding } from "../behaviour/own-xp.js";

/** How results of exercises lead to their event (docs/facts.md, "Links"). */
export type LinkStyle = "L1" | "L1-caliper-id" | "L1-related" | "L2-line-item" | "L2-component" | "L3";

/** An app that sends events: how it pays, counts, links, banks and bundles. To add an app, add a value. */
export interface App {
  name: string;
  /** Part of its ids. */
  slug: string;
  /** `formula`: base x multiplier, rounded. The others pay by their own rules. */
  pays: "formula" | "bonus" | "minutes" | "points";
  rounding: Rounding;
  table: MultiplierTable;
  /** Number of the first attempt, in events and in results; null if not reported. */
  attempts: { event: 0 | 1 | null; result: 0 | 1 | null };
  link: LinkStyle;
  /** XP in an exercise's result: no result, no XP, own XP, or the event's total. */
  result: "absent" | "no-xp" | "own" | "total";
  storesMultiplier: boolean;
  retakes: "overwrite" | "attempts";
  /** ActivityEvents of videos and articles: none, with XP when banked, or without XP when watched. */
  passiveEvents: "none" | "at-bank" | "unpaid";
  bundles: boolean;
  /** False if the app writes results only. */
  sends: boolean;
  /** Field that holds the time of a bank write. */
  bankClock: "completed-at" | "modified" | "score-date";
  /** XP of a video or article: its full XP, or the minutes spent if fewer (whole or exact). */
  banks: "full" | "minutes" | "exact-minutes";
  xpKey: "xp" | "xpEarned" | "timeback.xp";
  xpAsText: boolean;
  /** Field in which an event names its activity. */
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

/** All apps, in the order in which students are assigned to them. */
export const apps: readonly App[] = [...bundling, ...honest].sort((a, b) => (a.name < b.name ? -1 : 1));
