import type { ReadingShape, Story } from "../audit-world.js";
import { type AuditStory, banks, GUIDE, holds, isVoid } from "./story.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
const OPEN = "suspected above-base ex 9";
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** Exercises of other students that pay 9 where their own results say 3: a bonus that stands in the events alone. */
function bonuses(story: Story, count: number): Story {
  for (const n of numbers(count)) {
    const [of, student, at] = [`bonus-${n}`, `fan-${n}`, (n + 1) * DAY];
    story.event({ of, xp: 9, at, student }).own({ xp: 3 }, { of, at: at + 1, name: `own-${n}`, student });
  }
  return story;
}

/** Bundles of other students, hours apart, of which no bank write arrived: all that shows of it is that something was watched. */
function unbanked(story: Story, count: number): Story {
  for (const n of numbers(count)) {
    const [student, at] = [`quiet-bundler-${n}`, n * HOUR];
    story.watch(`video-of-${n}`, at - 120, { student }).event({ of: `held-${n}`, xp: 8, at, student, order: 9000 + n });
  }
  return story;
}

/** The formula holds by so many quiet events that a few odd ones change nothing. */
const proven = (story: Story): Story => holds(story).quiet(...numbers(30).map(() => [4, 5] as const));

/** On the day of the story the app pays other students twice what it usually pays: of three, each has two others beside it. */
function doubleDay(story: Story, students = 3): Story {
  for (const n of numbers(students)) story.event({ of: `double-${n}`, xp: 6, at: -n * 60, student: `other-${n}` });
  return story;
}

const banked = (xp: number, reason = "Banked XP") => ({ xp, xpReason: reason });
const before: ReadingShape = { at: -600, metadata: { xp: 0 } };
/** An event of 8, and a video of 5 with these readings. */
const video = (story: Story, ...readings: ReadingShape[]): Story =>
  holds(story).activity("video", { base: 5 }).event({ xp: 8 }).result("video", readings);
const FOUND = "confirmed near ex 8 = 3 + video 5";

/** What apps and schools do that nobody had thought of: honest XP that looks bundled, and bundles that look honest. */
export const outsiders: readonly AuditStory[] = [
  [
    "a bonus that own results do not show, paid as often with nothing banked: no bundle is claimed",
    (s) =>
      banks(bonuses(isVoid(s), 5))
        .event({ at: 0 })
        .own({ xp: 3 }),
    OPEN,
    ...numbers(5).map((n) => `suspected above-base bonus-${n} 9`),
  ],
  [
    "the same own result where events pay more only beside banked XP: confirmed",
    (s) => banks(isVoid(s)).event().own({ xp: 3 }),
    GUIDE,
  ],
  [
    "a rare bonus in an app whose formula holds, and one banked sum that fits by chance: no bundle is claimed",
    (s) => {
      proven(s).quiet([2, 9], [2, 9]);
      for (const n of numbers(29)) {
        const at = n * DAY + HOUR;
        s.event({ of: `beside-${n}`, xp: 3, at, student: "reader" }).bank(`video-${n}`, 4, at + 2, {}, "reader");
      }
      return banks(s).event();
    },
    OPEN,
    "suspected above-base quiet-40 9",
    "suspected above-base quiet-41 9",
  ],
  [
    "twice the usual XP on a day when others have it too is no bundle",
    (s) => doubleDay(proven(s)).bank("video", 3).event({ xp: 6 }),
  ],
  [
    "on such a day a sum that needs the formula is probable at most",
    (s) => banks(doubleDay(proven(s))).event(),
    "probable day-multiple ex 9 = 3 + article 1 + video 5",
  ],
  [
    "one other student with twice the XP makes no day of it",
    (s) => doubleDay(proven(s), 1).bank("video", 3).event({ xp: 6 }),
    "confirmed near ex 6 = 3 + video 3",
    "suspected above-base double-0 6",
  ],
  [
    "a bank write seconds before its exercise is that exercise's, and feeds no earlier event",
    (s) => holds(s).event({ of: "early", xp: 8, at: -HOUR, order: 3 }).bank("video", 5, -2).event({ xp: 3 }),
    "suspected above-base early 8",
  ],
  [
    "a bank write seconds before its exercise is found in it",
    (s) =>
      holds(s)
        .event({ of: "early", xp: 3, at: -5 * 60, order: 3 })
        .bank("video", 5, -2)
        .event({ xp: 8 }),
    FOUND,
  ],
  [
    "what the sender took back already is no finding",
    (s) =>
      banks(holds(s)).event().event({ name: "refund", xp: -6, at: DAY, correct: null, total: null, attempt: null }),
  ],
  [
    "XP that was taken back before the event compensates nothing",
    (s) =>
      banks(holds(s)).event().event({ name: "refund", xp: -6, at: -DAY, correct: null, total: null, attempt: null }),
    GUIDE,
  ],
  [
    "another amount that was taken back compensates nothing",
    (s) =>
      banks(holds(s)).event().event({ name: "refund", xp: -5, at: DAY, correct: null, total: null, attempt: null }),
    GUIDE,
  ],
  [
    "one refund compensates one of two bundles",
    (s) =>
      banks(holds(s))
        .event()
        .event({ name: "again", at: DAY })
        .bank("video-2", 5, DAY + 2)
        .bank("article-2", 1, DAY + 2)
        .event({ name: "refund", xp: -6, at: 2 * DAY, correct: null, total: null, attempt: null }),
    "confirmed near again 9 = 3 + article-2 1 + video-2 5",
  ],
  [
    "bundles without a bank write follow something that was watched: they do not make the app void for others",
    (s) => banks(unbanked(holds(s), 6)).event(),
    GUIDE,
    ...numbers(6).map((n) => `suspected above-base held-${n} 8`),
  ],
  [
    "a base that was set after the event, where no reading says what it was, proves no bundle",
    (s) => banks(holds(s).activity("ex", { modified: DAY })).event(),
    "probable base-later ex 9 = 3 + article 1 + video 5",
  ],
  [
    "the base of the time is that of the reading before",
    (s) =>
      holds(s)
        .activity("ex", { base: 7, rebased: { base: 2, modified: DAY } })
        .bank("video", 6)
        .event(),
  ],
  [
    "a base that was 2 at the time proves a bundle, though it is 7 by now",
    (s) => banks(holds(s).activity("ex", { rebased: { base: 7, modified: DAY } })).event(),
    GUIDE,
  ],
  [
    "an own result proves a bundle whatever became of the base",
    (s) =>
      banks(holds(s).activity("ex", { modified: DAY }))
        .event()
        .own({ xp: 3 }),
    GUIDE,
  ],
  [
    "a base that a job touched together with many others is believed",
    (s) => {
      for (const n of numbers(20)) s.activity(`other-${n}`, { modified: 2 * DAY });
      return banks(holds(s).activity("ex", { modified: 2 * DAY })).event();
    },
    GUIDE,
  ],
  [
    "a reason may name the activity",
    (s) => video(s, before, { modified: 2, metadata: banked(5, "Banked XP: Video 3") }),
    FOUND,
  ],
  [
    "a reason that only starts alike is another",
    (s) => video(s, before, { modified: 2, metadata: banked(5, "Banked XPress") }),
    "suspected above-base ex 8",
  ],
  [
    "where the score date is midnight, the bank write was when the source had it",
    (s) => video(s, { at: -10 * HOUR, modified: 2, metadata: banked(5) }),
    FOUND,
  ],
  [
    "a bank write stands though the result was deleted later",
    (s) => video(s, before, { modified: 2, metadata: banked(5) }, { modified: HOUR, status: "tobedeleted" }),
    FOUND,
  ],
  [
    "a bank write stands though the result was revoked later",
    (s) => video(s, before, { modified: 2, metadata: banked(5) }, { modified: HOUR, metadata: { xp: 0 } }),
    FOUND,
  ],
  [
    "a bank write is what the XP rose by, not what it rose to later",
    (s) => video(s, before, { modified: 2, metadata: banked(5) }, { modified: 40 * HOUR, metadata: banked(7) }),
    FOUND,
  ],
  [
    "two rises of one result are two bank writes",
    (s) => video(s, before, { modified: -60, metadata: banked(2) }, { modified: 2, metadata: banked(5) }),
    "confirmed near ex 8 = 3 + video 2 + video 3",
  ],
];
