import type { Story } from "../audit-world.js";
import { type AuditStory, banks, decays, GUIDE, holds, holdsFromZero, isVoid } from "./story.js";

type App = (story: Story) => Story;

/** Base 16 and a banked 7: the multiplier shows in the own XP that is confirmed. */
const pays = (app: App, attempt: number, correct: number, own: number): AuditStory => [
  `${app === holds ? "standard" : "decay"} table: attempt ${attempt} with ${correct} of 10 right pays ${own} of 16`,
  (s) =>
    app(s)
      .bank("video", 7)
      .activity("ex", { base: 16 })
      .event({ xp: own + 7, attempt, correct }),
  `confirmed near ex ${own + 7} = ${own} + video 7`,
];

const sixteen = (story: Story): Story => holds(story).activity("ex", { base: 16 }).bank("video", 7);
const fromZero = (story: Story): Story => holdsFromZero(story).activity("ex", { base: 16 }).bank("video", 7);
const confirms = (own: number): string => `confirmed near ex ${own + 7} = ${own} + video 7`;

/** What an exercise pays by itself, and which result is its own. */
export const ownXp: readonly AuditStory[] = [
  pays(holds, 1, 10, 20),
  pays(holds, 1, 8, 16),
  pays(holds, 1, 7, 0),
  pays(holds, 2, 10, 16),
  pays(holds, 2, 8, 8),
  pays(holds, 2, 7, 0),
  pays(holds, 3, 10, 16),
  pays(holds, 3, 8, 8),
  pays(holds, 4, 10, 16),
  pays(holds, 4, 8, 8),
  pays(decays, 1, 10, 20),
  pays(decays, 1, 8, 16),
  pays(decays, 1, 7, 0),
  pays(decays, 2, 10, 10),
  pays(decays, 2, 8, 8),
  pays(decays, 2, 7, 0),
  pays(decays, 3, 10, 5),
  pays(decays, 3, 8, 4),
  pays(decays, 3, 7, 0),
  pays(decays, 4, 10, 0),
  ["79 of 100 is below 80 %", (s) => sixteen(s).event({ xp: 7, correct: 79, total: 100 }), confirms(0)],
  ["80 of 100 is 80 %", (s) => sixteen(s).event({ xp: 23, correct: 80, total: 100 }), confirms(16)],
  ["99 of 100 is not 100 %", (s) => sixteen(s).event({ xp: 23, correct: 99, total: 100 }), confirms(16)],
  [
    "an app that counts attempts from 0: its attempt 1 is the second",
    (s) => fromZero(s).event({ xp: 23, attempt: 1 }),
    confirms(16),
  ],
  [
    "an app that counts attempts from 0: its attempt 0 is the first",
    (s) => fromZero(s).event({ xp: 27, attempt: 0 }),
    confirms(20),
  ],
  [
    "an attempt that only the own result knows",
    (s) => sixteen(s).event({ xp: 23, attempt: null }).own({ attempt: 2 }),
    confirms(16),
  ],
  [
    "an attempt that only the own result knows, where results count from 0",
    (s) =>
      sixteen(s)
        .event({ of: "other", at: -7200, xp: 3 })
        .own({ attempt: 0 }, { of: "other", at: -7199, name: "first" })
        .event({ xp: 23, attempt: null })
        .own({ attempt: 1 }),
    confirms(16),
  ],
  [
    "events count attempts from 0 and results from 1: the event's 1 is the result's 2",
    (s) =>
      banks(isVoid(s))
        .quiet([4, 7, 0])
        .event()
        .own({ xp: 3, attempt: 2 }, { at: 5 * 3600 }),
    GUIDE,
  ],
  [
    "events count attempts from 0 and results from 1: the event's 1 is not the result's 1",
    (s) =>
      banks(isVoid(s))
        .quiet([4, 7, 0])
        .event()
        .own({ xp: 3, attempt: 1 }, { at: 5 * 3600 }),
  ],
  [
    "an attempt that only an own result knows, an hour away, is not known",
    (s) => sixteen(s).event({ xp: 27, attempt: null }).own({ attempt: 2 }, { at: 3600 }),
    confirms(20),
  ],
  [
    "an unknown attempt without earlier events is the first",
    (s) => sixteen(s).event({ xp: 27, attempt: null }),
    confirms(20),
  ],
  [
    "an unknown attempt is counted from the student's earlier events of that activity",
    (s) => sixteen(s).event({ name: "before", at: -7200, xp: 20, attempt: null }).event({ xp: 23, attempt: null }),
    confirms(16),
  ],
  [
    "an unknown attempt: earlier events of other activities and students do not count",
    (s) =>
      sixteen(s)
        .event({ of: "ex-2", at: -7200, xp: 3 })
        .event({ at: -7200, xp: 20, student: "pupil", attempt: null })
        .event({ xp: 27, attempt: null }),
    confirms(20),
  ],
  [
    "an unknown attempt: twins are one earlier event",
    (s) =>
      decays(s)
        .activity("ex", { base: 16 })
        .bank("video", 7)
        .event({ name: "before", at: -7200, xp: 20, attempt: null })
        .event({ name: "twin", at: -7170, xp: 20, attempt: null })
        .event({ xp: 17, attempt: null }),
    confirms(10),
  ],
  [
    "a linked result of the same attempt is the own one, hours later",
    (s) =>
      banks(isVoid(s))
        .event()
        .own({ xp: 3, attempt: 1 }, { at: 5 * 3600 }),
    GUIDE,
  ],
  ["a linked result of another attempt is not the own one", (s) => banks(isVoid(s)).event().own({ xp: 3, attempt: 2 })],
  [
    "a result without attempt is the own one up to 60 seconds after",
    (s) => banks(isVoid(s)).event().own({ xp: 3 }, { at: 60 }),
    GUIDE,
  ],
  [
    "a result without attempt is the own one up to 60 seconds before",
    (s) => banks(isVoid(s)).event().own({ xp: 3 }, { at: -60 }),
    GUIDE,
  ],
  [
    "a result without attempt is not the own one at 61 seconds",
    (s) => banks(isVoid(s)).event().own({ xp: 3 }, { at: 61 }),
  ],
  [
    "a result of attempt 1 is not the own one of an event without attempt at 61 seconds",
    (s) => banks(isVoid(s)).event({ attempt: null }).own({ xp: 3, attempt: 1 }, { at: 61 }),
  ],
  [
    "a result without attempt is the own one where it ended within 60 seconds",
    (s) =>
      banks(isVoid(s))
        .event()
        .own({ xp: 3, endedAt: new Date(Date.UTC(2025, 2, 3, 10, 1)).toISOString() }, { at: 3600 }),
    GUIDE,
  ],
  [
    "where a linked result lies within 60 seconds, only that one is the own one",
    (s) =>
      banks(isVoid(s))
        .event()
        .own({ xp: 3 }, { at: 30 })
        .own({ xp: 8, attempt: 1 }, { at: 5 * 3600, name: "retake" }),
    GUIDE,
  ],
  [
    "two own results that disagree: only one leaves a sum",
    (s) => banks(isVoid(s)).event().own({ xp: 3 }).own({ xp: 2 }, { name: "copy" }),
    GUIDE,
  ],
  [
    "a child line item's result is no evidence of own XP",
    (s) => banks(isVoid(s)).activity("ex", { child: true }).event().own({ xp: 3 }),
  ],
  [
    "a deleted own result is no evidence",
    (s) =>
      banks(isVoid(s))
        .event()
        .result("own", [{ of: "ex", at: 1, metadata: { xp: 3 } }, { status: "tobedeleted" }]),
  ],
  [
    "of the events that a result relates to, whatever their order, the nearest in time has it",
    (s) => {
      banks(isVoid(s)).event().event({ of: "next", at: 3600, xp: 1 });
      s.own({ xp: 3, relatedCaliperEvents: [s.eventUrn("next"), s.eventUrn("ex")] }, { of: "elsewhere" });
    },
    GUIDE,
  ],
  [
    "the event that a result names as its own has it, before those that it relates to",
    (s) => {
      banks(isVoid(s)).event().event({ of: "next", at: 3600, xp: 1 });
      s.own(
        { xp: 3, caliperSourcedId: s.eventUrn("next"), relatedCaliperEvents: [s.eventUrn("ex")] },
        { of: "elsewhere" },
      );
    },
  ],
  [
    "a score date that is a day proves no own XP",
    (s) =>
      banks(isVoid(s))
        .event()
        .result("own", [{ of: "ex", day: true, metadata: { xp: 3 } }]),
  ],
  ["an article is passive, and not judged", (s) => banks(holds(s)).activity("ex", { type: "article" }).event()],
  [
    "a video is passive by khanActivityType, in letters of any case",
    (s) => banks(holds(s)).activity("ex", { khanActivityType: "VIDEO" }).event(),
  ],
  [
    "an article is passive by khanActivityType",
    (s) => banks(holds(s)).activity("ex", { type: null, khanActivityType: "Article" }).event(),
  ],
  ["an unknown type is not passive", (s) => banks(holds(s)).activity("ex", { type: null }).event(), GUIDE],
  [
    "an activity for which the student has a Banked XP result is passive",
    (s) =>
      banks(holds(s))
        .activity("ex", { type: "resource" })
        .event()
        .result("paid", [{ of: "ex", at: 90000, metadata: { xp: 4, xpReason: "Banked XP" } }]),
  ],
  [
    "an activity for which another student has a Banked XP result is judged",
    (s) =>
      banks(holds(s))
        .activity("ex", { type: "resource" })
        .event()
        .result("paid", [{ of: "ex", at: 90000, metadata: { xp: 4, xpReason: "Banked XP" } }], { student: "pupil" }),
    GUIDE,
  ],
];
