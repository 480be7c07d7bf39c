import type { Story } from "../audit-world.js";
import { type AuditStory, holds } from "./story.js";

const zero = (story: Story, key: string, base: number, at = -600): Story =>
  story.activity(key, { base }).result(key, [{ at, metadata: { xp: 0 } }]);
/** Late banked XP: 3 hours after the event, hosted by none. */
const LATE = 3 * 3600;

/** What the XP of an event may be where a bank write failed, or came in part. */
export const failedWrites: readonly AuditStory[] = [
  [
    "a bank write that failed: results at 0 cover the excess",
    (s) =>
      zero(zero(holds(s), "video", 5), "article", 1)
        .event()
        .own({ xp: 3 }),
    "probable failed-bank-write ex 9",
  ],
  [
    "a bank write that failed: own XP by a stored multiplier",
    (s) =>
      zero(zero(holds(s), "video", 5), "article", 1)
        .event()
        .own({ xp: 9, multiplier: 1.25 }),
    "probable failed-bank-write ex 9",
  ],
  [
    "a bank write that failed: the table alone is not enough",
    (s) => zero(zero(holds(s), "video", 5), "article", 1).event(),
    "suspected above-base ex 9",
  ],
  [
    "a bank write that failed: a presumed formula is not enough",
    (s) =>
      zero(zero(s, "video", 5), "article", 1)
        .event()
        .own({ xp: 3 })
        .quiet([2, 3]),
    "suspected above-base ex 9",
  ],
  [
    "a bank write that failed: the base of what is at 0 must cover the excess",
    (s) =>
      zero(zero(holds(s), "video", 4), "article", 1)
        .event()
        .own({ xp: 3 }),
    "suspected above-base ex 9",
  ],
  [
    "a bank write that failed: exercises at 0 do not count",
    (s) =>
      zero(zero(holds(s), "drill", 5), "article", 1)
        .event()
        .own({ xp: 3 }),
    "suspected above-base ex 9",
  ],
  [
    "a bank write that failed: results of another course do not count",
    (s) =>
      zero(zero(holds(s), "video", 5).activity("video", { course: "c2" }), "article", 1)
        .event()
        .own({ xp: 3 }),
    "suspected above-base ex 9",
  ],
  [
    "a bank write that failed: results from 2 hours before count",
    (s) => zero(holds(s), "video", 6, -7200).event().own({ xp: 3 }),
    "probable failed-bank-write ex 9",
  ],
  [
    "a bank write that failed: results from more than 2 hours before do not count",
    (s) => zero(holds(s), "video", 6, -7201).event().own({ xp: 3 }),
    "suspected above-base ex 9",
  ],
  [
    "a bank write that failed: results before the last exercise do not count",
    (s) => zero(holds(s), "video", 6).event({ of: "last", at: -300, xp: 3 }).event().own({ xp: 3 }),
    "suspected above-base ex 9",
  ],
  [
    "a bank write that failed: the last exercise of another course is no matter",
    (s) => zero(holds(s), "video", 6).event({ of: "last", at: -300, xp: 3, course: "c2" }).event().own({ xp: 3 }),
    "probable failed-bank-write ex 9",
  ],
  [
    "a bank write that failed: results at 0 after the event do not count",
    (s) => zero(holds(s), "video", 6, 300).event().own({ xp: 3 }),
    "suspected above-base ex 9",
  ],
  [
    "a bank write that came in part: late banked XP whose base covers the excess is probable",
    (s) => holds(s).activity("video", { base: 6 }).bank("video", 4, LATE).event().own({ xp: 3 }),
    "probable failed-bank-write ex 9",
  ],
  [
    "late banked XP whose base does not cover the excess leaves it suspected",
    (s) => holds(s).activity("video", { base: 5 }).bank("video", 4, LATE).event().own({ xp: 3 }),
    "suspected above-base ex 9",
  ],
  [
    "late banked XP whose base covers the excess: the table alone is not enough",
    (s) => holds(s).activity("video", { base: 6 }).bank("video", 4, LATE).event(),
    "suspected above-base ex 9",
  ],
  [
    "a bank write that came in part: late banked XP that another event holds is no ground",
    (s) => holds(s).bank("video", 6, 600).event({ xp: 8 }).own({ xp: 3 }).event({ of: "next", at: 700 }),
    "confirmed near next 9 = 3 + video 6",
    "suspected above-base ex 8",
  ],
];
