import { instant, type ReadingShape, type Story } from "../audit-world.js";
import { type AuditStory, GUIDE, holds } from "./story.js";

const FOUND = "confirmed near ex 8 = 3 + video 5";
const LATER = "confirmed near+late ex 8 = 3 + video 5";
const OPEN = "suspected above-base ex 8";
const HOUR = 3600;

/** An event of 8 = 3 + 5, and a video whose readings are these. */
const video = (story: Story, ...readings: ReadingShape[]): Story =>
  holds(story).activity("video", { base: 5 }).event({ xp: 8 }).result("video", readings);
const before: ReadingShape = { at: -600, metadata: { xp: 0 } };
const banking: ReadingShape = { modified: 2, metadata: { xp: 5, xpReason: "Banked XP" } };
/** The same where the bank write is at this second. */
const bankedAt = (story: Story, seconds: number): Story => holds(story).bank("video", 5, seconds).event({ xp: 8 });

/** What counts as banked, when it was banked, and which event it belongs to. */
export const banked: readonly AuditStory[] = [
  [
    "a result with reason Banked XP is banked",
    (s) => video(s, before, { modified: 2, metadata: { xp: 5, xpReason: "Banked XP", completedAt: instant(2) } }),
    FOUND,
  ],
  [
    "a video without reason that rose from 0 is banked",
    (s) => video(s, before, { modified: 2, metadata: { xp: 5 } }),
    FOUND,
  ],
  [
    "a video without reason whose rise was not seen is not",
    (s) => video(s, { at: -600, modified: 2, metadata: { xp: 5 } }),
    OPEN,
  ],
  [
    "a video without reason that rose from 3 is not",
    (s) => video(s, { at: -600, metadata: { xp: 3 } }, { modified: 2, metadata: { xp: 5 } }),
    OPEN,
  ],
  [
    "a video without reason that rose from no XP at all is not",
    (s) => video(s, { at: -600 }, { modified: 2, metadata: { xp: 5 } }),
    OPEN,
  ],
  [
    "a video with another reason is not banked",
    (s) => video(s, before, { modified: 2, metadata: { xp: 5, xpReason: "Bonus" } }),
    OPEN,
  ],
  [
    "an exercise without reason that rose from 0 is not banked",
    (s) => video(s.activity("video", { type: "exercise" }), before, { modified: 2, metadata: { xp: 5 } }),
    OPEN,
  ],
  [
    "a resource of unknown type without reason that rose from 0 is not banked",
    (s) => video(s.activity("video", { type: null }), before, { modified: 2, metadata: { xp: 5 } }),
    OPEN,
  ],
  ["a child line item's result is not banked", (s) => bankedAt(s.activity("video", { child: true }), 2), OPEN],
  [
    "a result that was always deleted is not banked",
    (s) => video(s, { ...banking, at: 2, status: "tobedeleted" }),
    OPEN,
  ],
  ["a result's status counts in any case", (s) => video(s, before, { ...banking, status: "Active" }), FOUND],
  [
    "the course of a line item without one is that of its component",
    (s) => bankedAt(s.activity("video", { course: null, componentCourse: "c1" }), 2),
    FOUND,
  ],
  [
    "banked XP of a component of another course is not in the event",
    (s) => bankedAt(s.activity("video", { course: null, componentCourse: "c2" }), 2),
    OPEN,
  ],
  [
    "the component may stand at the component resource alone",
    (s) => bankedAt(s.activity("video", { course: null, componentCourse: "c2", throughResource: true }), 2),
    OPEN,
  ],
  [
    "where the score date is a day, the write was when the source had it",
    (s) => video(s, { ...before, day: true }, banking),
    FOUND,
  ],
  [
    "a score date that is a day proves no bundle without an exercise in the seconds in which the source had the row",
    (s) => video(s, { at: -600, day: true, modified: 11, metadata: { xp: 5, xpReason: "Banked XP" } }),
    OPEN,
  ],
  [
    "another student's banked XP proves nothing",
    (s) =>
      holds(s)
        .event({ xp: 8 })
        .result("video", [{ at: 2, metadata: { xp: 5, xpReason: "Banked XP" } }], { student: "pupil" }),
    OPEN,
  ],
  [
    "a bank write is at completedAt, whatever was modified later",
    (s) =>
      video(s, before, { modified: 40 * HOUR, metadata: { xp: 5, xpReason: "Banked XP", completedAt: instant(2) } }),
    FOUND,
  ],
  [
    "a bank write is at completedAt, whatever was modified near",
    (s) =>
      video(s, before, { modified: 2, metadata: { xp: 5, xpReason: "Banked XP", completedAt: instant(40 * HOUR) } }),
    OPEN,
  ],
  [
    "else it is at the modification that first showed the rise",
    (s) => video(s, { ...before, at: -40 * HOUR }, banking),
    FOUND,
  ],
  [
    "a later unrelated change of the row does not move it",
    (s) => video(s, { ...before, at: -40 * HOUR }, banking, { modified: 40 * HOUR, scoreStatus: "submitted" }),
    FOUND,
  ],
  [
    "a later unrelated change of the metadata does not move it",
    (s) =>
      video(
        s,
        { ...before, at: -40 * HOUR },
        { modified: 2, metadata: { xp: 5 } },
        { modified: 40 * HOUR, metadata: { xp: 5, note: "seen" } },
      ),
    FOUND,
  ],
  [
    "a result that is not dated is banked at its score date",
    (s) => video(s, { at: 2, modified: null, metadata: { xp: 5, xpReason: "Banked XP" } }),
    FOUND,
  ],
  ["banked XP belongs to the exercise up to 10 seconds before it", (s) => bankedAt(s, 10), FOUND],
  ["11 seconds after the exercise banked XP is late", (s) => bankedAt(s, 11), LATER],
  [
    "banked XP of another course is not hosted",
    (s) => holds(s).activity("ex", { base: null }).activity("video", { course: "c2" }).bank("video", 5).event(),
  ],
  [
    "banked XP of an event without course is hosted",
    (s) => holds(s).bank("video", 5).event({ xp: 8, course: null }).event({ of: "next", at: 5, xp: 3 }),
    FOUND,
  ],
  ["banked XP of another course is not near either", (s) => bankedAt(s.activity("video", { course: "c2" }), 2), OPEN],
  [
    "without completedAt and without a rise that was seen, the write was at the score date",
    (s) => video(s, { at: 2, modified: 40 * HOUR, metadata: { xp: 5, xpReason: "Banked XP" } }),
    FOUND,
  ],
  [
    "or when the source had the row, if an exercise was completed in those seconds",
    (s) => video(s, { at: -40 * HOUR, modified: 2, metadata: { xp: 5, xpReason: "Banked XP" } }),
    FOUND,
  ],
  [
    "but not if no exercise was: a row may be touched at any time",
    (s) => video(s, { at: -40 * HOUR, modified: -60, metadata: { xp: 5, xpReason: "Banked XP" } }),
    OPEN,
  ],
  [
    "banked XP of unknown course is hosted by the last exercise",
    (s) => bankedAt(s.activity("video", { course: "" }).event({ of: "next", at: 1, xp: 3 }), 2),
    OPEN,
  ],
  [
    "of two exercises the last one hosts it",
    (s) => holds(s).event({ xp: 8 }).event({ of: "next", at: 5, xp: 8 }).bank("video", 5, 8),
    OPEN,
    "confirmed near next 8 = 3 + video 5",
  ],
  [
    "the last exercise hosts it, though its own XP is 0",
    (s) => holds(s).event({ xp: 8 }).event({ of: "next", at: 5, xp: 0, correct: 1 }).bank("video", 5, 8),
    OPEN,
  ],
  [
    "the last exercise of another course does not host it",
    (s) => holds(s).event({ xp: 8 }).event({ of: "next", at: 5, xp: 3, course: "c2" }).bank("video", 5, 8),
    FOUND,
  ],
  [
    "a passive activity's event hosts nothing",
    (s) => holds(s).event({ xp: 8 }).event({ of: "article-2", at: 5, xp: 2 }).bank("video", 5, 8),
    FOUND,
  ],
  ["banked XP is near from 15 minutes before", (s) => bankedAt(s, -900), FOUND],
  ["banked XP from more than 15 minutes before is not near", (s) => bankedAt(s, -901), OPEN],
  ["banked XP is late up to 26 hours", (s) => bankedAt(s, 26 * HOUR), LATER],
  ["banked XP after 26 hours is no part of it", (s) => bankedAt(s, 26 * HOUR + 1), OPEN],
  [
    "a bundle of which one part was banked late",
    (s) =>
      holds(s)
        .bank("video", 5)
        .bank("article", 1, 3 * HOUR)
        .event(),
    "confirmed near+late ex 9 = 3 + article 1 + video 5",
  ],
  ["banked before the event", (s) => holds(s).bank("video", 5, -300).bank("article", 1, -200).event(), GUIDE],
  [
    "banked XP that another exercise hosts is not near",
    (s) => holds(s).bank("video", 5, -60).event({ of: "last", at: -65, xp: 3 }).event({ xp: 8 }),
    OPEN,
  ],
  [
    "banked XP that another exercise hosts is not late",
    (s) =>
      holds(s)
        .bank("video", 5, HOUR + 5)
        .event({ of: "next", at: HOUR, xp: 3 })
        .event({ xp: 8 }),
    OPEN,
  ],
];
