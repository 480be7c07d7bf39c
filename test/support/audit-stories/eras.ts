import type { Story } from "../audit-world.js";
import { type AuditStory, banks, GUIDE, holds } from "./story.js";

/** The events that some apps send for banked XP. */
const banked = (story: Story): Story =>
  story.event({ of: "video", at: 2, xp: 5 }).event({ of: "article", at: 2, xp: 1 });

/** The guide's day (own 3, video 5, article 1; the truth is 9) as each era of apps left it: what is counted, what is true. */
export const eras: readonly AuditStory[] = [
  ["the guide's bug, where the exercise has no result", (s) => banks(holds(s)).event(), GUIDE, "counted 15, true 9"],
  [
    "the guide's bug, where the exercise's result has no XP",
    (s) => banks(holds(s)).event().own({}),
    GUIDE,
    "counted 15, true 9",
  ],
  ["bundled, as coded", (s) => banks(holds(s)).event().own({ xp: 9 }), GUIDE, "counted 15, true 9"],
  ["bundled, with banked events", (s) => banked(banks(holds(s)).event().own({ xp: 9 })), GUIDE, "counted 15, true 9"],
  ["atomic, as coded", (s) => banked(banks(holds(s)).event({ xp: 3 }).own({ xp: 3 })), "counted 9, true 9"],
  ["the guide's target", (s) => banks(holds(s)).event({ xp: 3 }), "counted 9, true 9"],
  [
    "amounts finer than the hundredths that facts count",
    (s) => s.quiet([1, 1.25]).activity("ex", { base: 2.5 }).bank("video", 5).event({ xp: 8.125 }),
    "confirmed near ex 8.125 = 3.125 + video 5",
    "counted 13.13, true 8.13",
  ],
];
