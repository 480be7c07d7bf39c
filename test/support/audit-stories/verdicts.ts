import { type AuditStory, banks, GUIDE, holds, isVoid, tied, unsure } from "./story.js";

/** Which verdict an event gets, by its XP, its own XP and what is known of its app. */
export const verdicts: readonly AuditStory[] = [
  [
    "an allowed own XP of 3 is not bundled, though 2 + 1 of banked XP would fit",
    (s) => banks(holds(s)).bank("video-2", 2).event({ xp: 3 }),
  ],
  ["own 2 and a banked 1 is not bundled", (s) => holds(s).bank("article", 1).event({ xp: 2, correct: 8 })],
  ["0 XP is never bundled", (s) => banks(holds(s)).event({ xp: 0 })],
  ["a penalty is never bundled", (s) => banks(holds(s)).event({ xp: -1 })],
  ["an event without XP is never bundled", (s) => banks(holds(s)).event({ xp: null })],
  ["less than the own XP is no bundle", (s) => banks(holds(s)).event({ xp: 1 })],
  ["own XP by the table, where the formula holds, is confirmed", (s) => banks(holds(s)).event(), GUIDE],
  ["own XP by the table, where the formula is presumed, is confirmed", (s) => banks(s).event().quiet([2, 3]), GUIDE],
  ["own XP by the own result is confirmed", (s) => banks(holds(s)).event().own({ xp: 3 }), GUIDE],
  ["a void formula proves nothing by the table", (s) => banks(isVoid(s)).event()],
  [
    "a void formula proves nothing by a stored multiplier",
    (s) => banks(isVoid(s)).event().own({ xp: 9, multiplier: 1.25 }),
  ],
  ["a void formula does not weaken an own result's XP", (s) => banks(isVoid(s)).event().own({ xp: 3 }), GUIDE],
  ["a void formula: an own result with the event's XP is no evidence", (s) => banks(isVoid(s)).event().own({ xp: 9 })],
  [
    "a void formula: an own result with more than the event's XP is no evidence",
    (s) => banks(isVoid(s)).event().own({ xp: 10 }),
  ],
  [
    "an own result's XP of 0 is one: 6 of 6 are banked",
    (s) => banks(isVoid(s)).event({ xp: 6 }).own({ xp: 0 }),
    "confirmed near ex 6 = 0 + article 1 + video 5",
  ],
  [
    "an own result whose XP fits no sum is probable, whatever the table says",
    (s) => banks(holds(s)).event().own({ xp: 5 }),
    "probable no-exact-sum ex 9",
  ],
  [
    "a stored multiplier replaces the table, where the formula holds",
    (s) => banks(holds(s)).activity("ex", { base: 4 }).event({ xp: 8 }).own({ xp: 8, multiplier: 0.5 }),
    "confirmed near ex 8 = 2 + article 1 + video 5",
  ],
  [
    "a stored multiplier is evidence where the formula is presumed",
    (s) => banks(s).activity("ex", { base: 4 }).event({ xp: 11 }).own({ xp: 11, multiplier: 1.25 }),
    "confirmed near ex 11 = 5 + article 1 + video 5",
  ],
  [
    "an XP that a stored multiplier allows is not bundled",
    (s) => holds(s).bank("article", 1).activity("ex", { base: 8 }).event({ xp: 4 }).own({ xp: 4, multiplier: 0.5 }),
  ],
  [
    "an unsure formula makes a sum probable by the table",
    (s) => banks(unsure(s)).event(),
    "probable formula-unsure ex 9 = 3 + article 1 + video 5",
  ],
  ["an unsure formula does not weaken an own result's XP", (s) => banks(unsure(s)).event().own({ xp: 3 }), GUIDE],
  ["own 2.5 or 3 by tied roundings: only 3 leaves a sum, which is confirmed", (s) => banks(tied(s)).event(), GUIDE],
  [
    "own 2.5 or 3 by tied roundings: both leave a sum, which is probable",
    (s) => tied(s).bank("video-a", 5).bank("video-b", 5.5).event({ xp: 8 }),
    "probable own-ambiguous ex 8 = 3 + video-a 5 or video-b",
  ],
  [
    "allowed by the formula, against the own result, where it holds: not bundled",
    (s) => holds(s).bank("article", 1).event({ xp: 3 }).own({ xp: 2 }),
  ],
  [
    "allowed by a void formula, against the own result: at most probable",
    (s) => isVoid(s).bank("article", 1).event({ xp: 3 }).own({ xp: 2 }),
    "probable formula-unsure ex 3 = 2 + article 1",
  ],
  [
    "allowed by an unsure formula, against the own result: at most probable",
    (s) => unsure(s).bank("article", 1).event({ xp: 3 }).own({ xp: 2 }),
    "probable formula-unsure ex 3 = 2 + article 1",
  ],
  [
    "allowed by a presumed formula, against the own result: at most probable",
    (s) => s.bank("article", 1).event({ xp: 3 }).own({ xp: 2 }),
    "probable formula-unsure ex 3 = 2 + article 1",
  ],
  [
    "banked XP that leaves no exact sum is probable",
    (s) => holds(s).bank("video", 4).event(),
    "probable no-exact-sum ex 9",
  ],
  [
    "own XP by the own result without banked XP is suspected",
    (s) => holds(s).event().own({ xp: 3 }),
    "suspected above-base ex 9",
  ],
  [
    "up to ceil(1.25 x base) nothing is suspected",
    (s) => holds(s).activity("ex", { base: 3 }).event({ xp: 4, correct: 8 }),
  ],
  [
    "just above ceil(1.25 x base) an event is suspected",
    (s) => holds(s).activity("ex", { base: 3 }).event({ xp: 4.01, correct: 8 }),
    "suspected above-base ex 4.01",
  ],
  ["a failed exercise with the XP of a full one is not suspected", (s) => holds(s).event({ xp: 3, correct: 5 })],
  [
    "without accuracy, own XP may be 0, 2 or 3: only 3 leaves a sum, which is confirmed",
    (s) => banks(holds(s)).event({ correct: 0, total: 0 }),
    GUIDE,
  ],
  [
    "without accuracy, own XP may be 0, 2 or 3: each leaves a sum, which is probable",
    (s) => banks(holds(s)).bank("video-2", 2).event({ xp: 8, correct: 0, total: 0 }),
    "probable own-ambiguous ex 8 = 3 + video 5 or article video or article video video-2",
  ],
  [
    "without accuracy, XP that any multiplier allows is not bundled",
    (s) => banks(holds(s)).event({ xp: 2, correct: 0, total: 0 }),
  ],
  [
    "base unknown: more than the banked XP that the event hosts is suspected",
    (s) => banks(holds(s)).activity("ex", { base: null }).event(),
    "suspected above-banked ex 9",
  ],
  [
    "base unknown: as much as the banked XP that the event hosts is nothing",
    (s) => banks(holds(s)).activity("ex", { base: null }).event({ xp: 6 }),
  ],
  [
    "base unknown: banked XP that no event hosts is nothing",
    (s) => holds(s).bank("video", 5, -60).activity("ex", { base: null }).event(),
  ],
  ["base unknown, where the formula is void: nothing", (s) => banks(isVoid(s)).activity("ex", { base: null }).event()],
  [
    "base unknown: the own result's XP is evidence",
    (s) => banks(holds(s)).activity("ex", { base: null }).event().own({ xp: 3 }),
    GUIDE,
  ],
  [
    "amounts have decimals: 6.64 = 3 + 2.39 + 1.25",
    (s) => holds(s).bank("video", 2.39).bank("article", 1.25).event({ xp: 6.64 }),
    "confirmed near ex 6.64 = 3 + article 1.25 + video 2.39",
  ],
  [
    "an exact sum is exact to the last digit",
    (s) => holds(s).bank("video", 2.39).bank("article", 1.25).event({ xp: 6.6401 }),
    "probable no-exact-sum ex 6.6401",
  ],
  [
    "decoy: an honest 9 beside banks of 5 and 1",
    (s) => banks(holds(s)).activity("ex", { base: 9 }).event({ correct: 8 }),
  ],
  [
    "decoy: own XP that equals the banked sum",
    (s) => banks(holds(s)).activity("ex", { base: 6 }).event({ xp: 6, correct: 8 }),
  ],
  [
    "own XP that equals the banked sum, bundled",
    (s) => banks(holds(s)).activity("ex", { base: 6 }).event({ xp: 12, correct: 8 }),
    "confirmed near ex 12 = 6 + article 1 + video 5",
  ],
  [
    "decoy: a quiz after banking",
    (s) => banks(holds(s)).event({ xp: 3 }).activity("quiz", { base: 7 }).event({ of: "quiz", at: 60, xp: 9 }),
  ],
  [
    "a bundle in part: the article is banked, but not in the event",
    (s) => banks(holds(s)).event({ xp: 8 }),
    "confirmed near ex 8 = 3 + video 5",
  ],
  [
    "several courses at once: each event hosts the banked XP of its course",
    (s) =>
      banks(holds(s))
        .event()
        .event({ of: "other", at: 1, xp: 10, course: "c2" })
        .activity("video-c2", { course: "c2" })
        .bank("video-c2", 7, 3),
    GUIDE,
    "confirmed near other 10 = 3 + video-c2 7",
  ],
];
