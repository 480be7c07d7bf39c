import { expect, test } from "vitest";
import { xpFromText } from "../values/xp.js";
import { type AppCounts, calibrate, count, formulasThat, keptFormulas, noCounts } from "./calibrate.js";
import { FORMULAS, multipliersFromText, STANDARD_MULTIPLIERS } from "./own-xp.js";

const tables = {
  standard: multipliersFromText(STANDARD_MULTIPLIERS.standard),
  decay: multipliersFromText(STANDARD_MULTIPLIERS.decay),
};

/** The formulas that pay this XP for a first attempt, all correct, with this base. */
const fits = (base: string, xp: string, attempt = 1) =>
  formulasThat(
    { base: xpFromText(base), band: "full", attempt, multiplier: null, tables },
    (own) => own === xpFromText(xp),
  );
const EVERY = fits("4", "5");
const CEIL = fits("1", "2");
const ROUND = fits("1", "1");
const NONE = 0;

const counted = (
  counts: { [kind in keyof AppCounts]?: readonly (readonly [set: number, events: number])[] },
): AppCounts => {
  const all = noCounts();
  for (const kind of ["quiet", "banked", "all"] as const)
    for (const [set, events] of counts[kind] ?? []) count(all[kind], set, events);
  return all;
};
const status = (counts: Parameters<typeof counted>[0]) => calibrate("app", counted(counts)).status;

test("an event that fits every formula, and one that fits none", () => {
  expect(EVERY).toBe((1 << FORMULAS.length) - 1);
  expect(fits("4", "4.5")).toBe(NONE);
});

test.each([
  [9, 1, "holds"],
  [8, 2, "void"],
  [90, 10, "holds"],
  [89, 11, "void"],
])("%s quiet events explained and %s not: %s", (explained, not, expected) => {
  expect(
    status({
      quiet: [
        [EVERY, explained],
        [NONE, not],
      ],
    }),
  ).toBe(expected);
});

test.each([
  [0, 0, "unsure"],
  [1, 0, "presumed"],
  [8, 1, "unsure"],
  [9, 1, "presumed"],
  [8, 2, "unsure"],
  [3, 2, "void"],
  [2, 2, "unsure"],
  [4, 2, "unsure"],
  [6, 4, "void"],
])("few quiet events, and of all events %s explained and %s not: %s", (explained, not, expected) => {
  expect(
    status({
      all: [
        [EVERY, explained],
        [NONE, not],
      ],
    }),
  ).toBe(expected);
});

test.each([
  [9, 1, ["round", "ceil"]],
  [10, 1, ["ceil"]],
  [5, 5, ["round", "ceil"]],
])("%s events speak for rounding up and %s for rounding: %j remain", (ceil, round, roundings) => {
  expect(
    calibrate(
      "app",
      counted({
        quiet: [
          [CEIL, ceil],
          [ROUND, round],
        ],
      }),
    ).roundings,
  ).toEqual(roundings);
});

test("events with banked XP decide only what quiet events leave open", () => {
  const open = counted({ quiet: [[EVERY, 10]], banked: [[ROUND, 3]] });
  const decided = counted({
    quiet: [
      [EVERY, 10],
      [CEIL, 1],
    ],
    banked: [[ROUND, 30]],
  });
  expect(calibrate("app", open).roundings).toEqual(["round"]);
  expect(calibrate("app", decided).roundings).toEqual(["ceil"]);
});

test("every rounding and table that remains makes a formula", () => {
  const { length } = keptFormulas({ roundings: ["ceil", "none"], tables: ["standard", "decay"] });
  expect(length).toBe(4);
});
