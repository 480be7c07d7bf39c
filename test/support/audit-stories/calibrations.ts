import type { Quiet, Story } from "../audit-world.js";
import type { AuditStory } from "./story.js";

const DAY = 86_400;

const times = (count: number, one: Quiet): Quiet[] => Array.from({ length: count }, () => one);
/** Fits every rounding and both tables. */
const FITS: Quiet = [4, 5];
/** Fits none. */
const ODD: Quiet = [4, 4.5];
const CEIL: Quiet = [1, 2];
const ROUND: Quiet = [1, 1];
const STANDARD: Quiet = [8, 8, 2];
const DECAY: Quiet = [8, 5, 2];

/** Exercises with a banked 5 beside each, a day apart: what they report, and their base. */
function withBanked(story: Story, base: number, ...all: number[]): Story {
  all.forEach((xp, day) => {
    const of = `held-${day}`;
    story
      .activity(of, { base })
      .event({ of, at: day * DAY, xp })
      .bank(`video-${day}`, 5, day * DAY + 2);
  });
  return story;
}

/** What all events of an app say about how it pays: `briefOfApp` of the test. */
export const calibrations: readonly AuditStory[] = [
  [
    "9 of 10 quiet events are explained: holds",
    (s) => s.quiet(...times(9, FITS), ODD),
    "holds, 9 of 10 quiet: round ceil none, standard decay",
  ],
  [
    "8 of 10 quiet events are explained: void",
    (s) => s.quiet(...times(8, FITS), ...times(2, ODD)),
    "void, 8 of 10 quiet: round ceil none, standard decay",
  ],
  [
    "17 of 19 quiet events are explained, less than 90 %: void",
    (s) => s.quiet(...times(17, FITS), ...times(2, ODD)),
    "void, 17 of 19 quiet: round ceil none, standard decay",
  ],
  [
    "9 quiet events are few: presumed where all are explained",
    (s) => s.quiet(...times(9, FITS)),
    "presumed, 9 of 9: round ceil none, standard decay",
  ],
  [
    "of 9 events one is not explained: unsure",
    (s) => s.quiet(...times(8, FITS), ODD),
    "unsure, 8 of 9: round ceil none, standard decay",
  ],
  [
    "few quiet events: 9 of 10 with the banked ones are explained: presumed",
    (s) => withBanked(s.quiet(...times(5, FITS)), 4, 10, 10, 10, 5, 7),
    "presumed, 9 of 10: round ceil none, standard decay",
  ],
  [
    "few quiet events: 8 of 10 with the banked ones are explained: unsure",
    (s) => withBanked(s.quiet(...times(5, FITS)), 4, 10, 10, 10, 7, 7),
    "unsure, 8 of 10: round ceil none, standard decay",
  ],
  [
    "2 of 5 events are not explained: void",
    (s) => s.quiet(...times(3, FITS), ...times(2, ODD)),
    "void, 3 of 5: round ceil none, standard decay",
  ],
  [
    "2 of 6 events are not explained: unsure",
    (s) => s.quiet(...times(4, FITS), ...times(2, ODD)),
    "unsure, 4 of 6: round ceil none, standard decay",
  ],
  [
    "2 of 4 events are not explained, too few for void: unsure",
    (s) => s.quiet(...times(2, FITS), ...times(2, ODD)),
    "unsure, 2 of 4: round ceil none, standard decay",
  ],
  ["one event without an explanation: unsure", (s) => s.quiet(ODD), "unsure, 0 of 1: round ceil none, standard decay"],
  [
    "4 of 10 events are not explained: void",
    (s) => withBanked(s.quiet(...times(5, FITS)), 4, 10, 7, 7, 7, 7),
    "void, 6 of 10: round ceil none, standard decay",
  ],
  [
    "nothing tells",
    (s) => s.activity("ex", { base: null }).event({ xp: 3 }),
    "unsure, 0 of 0: round ceil none, standard decay",
  ],
  ["one event, explained by itself: presumed", (s) => s.quiet(CEIL), "presumed, 1 of 1: ceil, standard decay"],
  [
    "a rounding is dropped where fewer than 1 in 10 speak for it",
    (s) => s.quiet(...times(10, CEIL), ROUND),
    "holds, 10 of 11 quiet: ceil, standard decay",
  ],
  [
    "a rounding is kept where exactly 1 in 10 speaks for it",
    (s) => s.quiet(...times(9, CEIL), ROUND),
    "holds, 10 of 10 quiet: round ceil, standard decay",
  ],
  [
    "a rounding is kept where nothing tells it from the best one",
    (s) => s.quiet(...times(10, [2, 3])),
    "holds, 10 of 10 quiet: round ceil, standard decay",
  ],
  [
    "a table is dropped where fewer than 1 in 10 speak for it",
    (s) => s.quiet(...times(10, STANDARD), DECAY),
    "holds, 10 of 11 quiet: round ceil none, standard",
  ],
  [
    "a table is kept where exactly 1 in 10 speaks for it",
    (s) => s.quiet(...times(9, STANDARD), DECAY),
    "holds, 10 of 10 quiet: round ceil none, standard decay",
  ],
  [
    "the decay table may be the best one",
    (s) => s.quiet(...times(10, DECAY)),
    "holds, 10 of 10 quiet: round ceil none, decay",
  ],
  [
    "events that tell nothing do not dilute those that tell",
    (s) => s.quiet(...times(100, FITS), ...times(2, CEIL), ROUND),
    "holds, 103 of 103 quiet: round ceil, standard decay",
  ],
  [
    "where quiet events tell nothing, events with banked XP decide",
    (s) => withBanked(s.quiet(...times(10, FITS)), 1, 7, 7),
    "holds, 10 of 10 quiet: ceil, standard decay",
  ],
  [
    "where quiet events tell, events with banked XP do not count",
    (s) => withBanked(s.quiet(...times(10, FITS), CEIL), 1, 6, 6, 6, 6),
    "holds, 11 of 11 quiet: ceil, standard decay",
  ],
  [
    "a stored multiplier that the table does not allow explains nothing",
    (s) =>
      s
        .quiet(...times(9, FITS))
        .activity("ex", { base: 4 })
        .event({ xp: 2 })
        .own({ xp: 2, multiplier: 0.5 }),
    "holds, 9 of 10 quiet: round ceil none, standard decay",
  ],
  [
    "a stored multiplier that the table allows explains",
    (s) =>
      s
        .quiet(...times(9, FITS))
        .activity("ex", { base: 4 })
        .event({ xp: 5 })
        .own({ xp: 5, multiplier: 1.25 }),
    "holds, 10 of 10 quiet: round ceil none, standard decay",
  ],
  [
    "a stored multiplier that one table allows speaks for that table",
    (s) =>
      s
        .quiet(...times(9, FITS))
        .activity("ex", { base: 16 })
        .event({ xp: 10, attempt: 2 })
        .own({ xp: 10, multiplier: 0.625 }),
    "holds, 10 of 10 quiet: round ceil none, decay",
  ],
  [
    "an event with banked XP near it is not quiet",
    (s) => withBanked(s.quiet(...times(9, FITS)), 4, 5),
    "presumed, 10 of 10: round ceil none, standard decay",
  ],
  [
    "late banked XP leaves an event quiet",
    (s) =>
      s
        .quiet(...times(9, FITS))
        .activity("ex", { base: 4 })
        .event({ xp: 5 })
        .bank("video", 5, 7200),
    "holds, 10 of 10 quiet: round ceil none, standard decay",
  ],
  [
    "few events: late banked XP explains too",
    (s) => s.activity("ex", { base: 4 }).event({ xp: 10 }).bank("video", 5, 7200),
    "presumed, 1 of 1: round ceil none, standard decay",
  ],
  [
    "a passive activity's event tells nothing",
    (s) =>
      s
        .quiet(...times(10, FITS))
        .activity("video", { base: 4 })
        .event({ of: "video", xp: 1 }),
    "holds, 10 of 10 quiet: round ceil none, standard decay",
  ],
  [
    "twins are one event",
    (s) =>
      s
        .quiet(...times(9, FITS))
        .activity("ex", { base: 4 })
        .event({ xp: 4.5 })
        .event({ xp: 4.5, at: 30 }),
    "holds, 9 of 10 quiet: round ceil none, standard decay",
  ],
];
