import type { Story } from "../audit-world.js";
import { type AuditStory, banks, GUIDE, holds } from "./story.js";

const HOUR = 3600;
const FOUND = "confirmed near ex 8 = 3 + video 5";
const OPEN = "suspected above-base ex 8";

const videos = (story: Story, count: number): Story => {
  for (let n = 1; n <= count; n += 1) story.bank(`video-${n}`, 1);
  return story;
};

/** Which banked XP is named, and in which one of several events. */
export const oneEvent: readonly AuditStory[] = [
  [
    "a bank write is inside one event only: near before late",
    (s) => holds(s).bank("video", 5, 600).event({ xp: 8 }).event({ of: "next", at: 700, xp: 8 }),
    OPEN,
    "confirmed near next 8 = 3 + video 5",
  ],
  [
    "a bank write is inside one event only: the earlier one",
    (s) => holds(s).bank("video", 5, -60).event({ of: "next", at: 60, xp: 8, order: 1 }).event({ xp: 8, order: 2 }),
    FOUND,
    "suspected above-base next 8",
  ],
  [
    "a bank write is inside one event only: the lower id",
    (s) => holds(s).bank("video", 5, -60).event({ of: "next", xp: 8, order: 2 }).event({ xp: 8, order: 1 }),
    FOUND,
    "suspected above-base next 8",
  ],
  [
    "a probable event takes nothing from a sum",
    (s) => holds(s).bank("video", 5, -60).event({ of: "first", xp: 20, at: -30 }).event({ xp: 8 }),
    FOUND,
    "suspected above-base first 20",
  ],
  [
    "what the event hosts is named before other banked XP",
    (s) => holds(s).bank("video-1", 5, -300).bank("video-2", 5, 2).event({ xp: 8 }),
    "confirmed near ex 8 = 3 + video-2 5 or video-1",
  ],
  [
    "what the event hosts is named before other banked XP, whatever the ids",
    (s) => holds(s).bank("video-2", 5, -300).bank("video-1", 5, 2).event({ xp: 8 }),
    "confirmed near ex 8 = 3 + video-1 5 or video-2",
  ],
  [
    "near banked XP is named before late XP, which is an alternative",
    (s) => holds(s).bank("video-1", 5, HOUR).bank("video-2", 5, 2).event({ xp: 8 }),
    "confirmed near ex 8 = 3 + video-2 5 or video-1",
  ],
  [
    "three readings of one sum: two are alternatives",
    (s) => videos(holds(s), 3).event({ xp: 5 }),
    "confirmed near ex 5 = 3 + video-1 1 + video-2 1 or video-1 video-3 or video-2 video-3",
  ],
  [
    "of seventy readings 20 alternatives are named",
    (s) => videos(holds(s), 8).event({ xp: 7 }),
    "confirmed near ex 7 = 3 + video-1 1 + video-2 1 + video-3 1 + video-4 1 or 20 of 70",
  ],
  [
    "twins 60 seconds apart are judged once: the earliest is named",
    (s) => banks(holds(s)).event().event({ name: "twin", at: 60 }),
    `${GUIDE} (twins: twin)`,
  ],
  [
    "61 seconds apart they are two events",
    (s) => banks(holds(s)).event().event({ name: "second", at: 61, attempt: 1 }),
    GUIDE,
    "suspected above-base second 9",
  ],
  [
    "twins of one instant: the lowest id is named",
    (s) => banks(holds(s)).event({ name: "twin", order: 2 }).event({ order: 1 }),
    `${GUIDE} (twins: twin)`,
  ],
  [
    "other questions make no twin",
    (s) => banks(holds(s)).event().event({ name: "second", at: 30, correct: 9 }),
    GUIDE,
    "suspected above-base second 9",
  ],
  [
    "banked XP that a later twin hosts belongs to the group",
    (s) => holds(s).bank("video", 5, 35).bank("article", 1, 36).event().event({ name: "twin", at: 30 }),
    `${GUIDE} (twins: twin)`,
  ],
];
