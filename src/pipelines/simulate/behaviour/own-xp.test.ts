import { describe, expect, test } from "vitest";
import { amountText, factXp, hundredthsXp, wholeXp } from "../amount.js";
import { bandOf, type MultiplierTable, multiplierOf, ownXp, type Rounding } from "./own-xp.js";

/** Own XP, as text, of an exercise worth `base` XP. */
function own(base: number, right: string, attempt: number, table: MultiplierTable, rounding: Rounding): string {
  const [correct = 0, total = 0] = right.split("/").map(Number);
  return amountText(ownXp(wholeXp(base), multiplierOf(table, bandOf({ correct, total }), attempt), rounding));
}

describe("own XP is base times multiplier, rounded the app's way", () => {
  test.each([
    [2, "10/10", 1, "standard", "round", "3"],
    [2, "10/10", 1, "standard", "ceil", "3"],
    [2, "10/10", 1, "standard", "none", "2.5"],
    [5, "10/10", 1, "standard", "round", "6"],
    [5, "10/10", 1, "standard", "ceil", "7"],
    [5, "10/10", 1, "standard", "none", "6.25"],
    [5, "4/5", 1, "decay", "ceil", "5"],
    [5, "79/100", 1, "standard", "ceil", "0"],
    [5, "10/10", 2, "standard", "none", "5"],
    [5, "8/10", 2, "standard", "none", "2.5"],
    [5, "8/10", 7, "standard", "none", "2.5"],
    [5, "7/10", 2, "decay", "none", "0"],
    [5, "10/10", 2, "decay", "none", "3.125"],
    [5, "8/10", 2, "decay", "round", "3"],
    [5, "10/10", 3, "decay", "none", "1.5625"],
    [5, "8/10", 3, "decay", "ceil", "2"],
    [5, "10/10", 4, "decay", "none", "0"],
    [7, "10/10", 1, "decay", "round", "9"],
  ] as const)("%d XP, %s right, attempt %d, %s, %s: %s", (base, right, attempt, table, rounding, xp) => {
    expect(own(base, right, attempt, table, rounding)).toBe(xp);
  });
});

test.each([
  [31_250, "3.13"],
  [-31_250, "-3.13"],
  [15_625, "1.56"],
  [-49, "0"],
  [50, "0.01"],
])("a fact keeps %d ten-thousandths as %s", (amount, text) => {
  expect(amountText(factXp(amount))).toBe(text);
});

test("amounts are written exactly, without trailing zeros", () => {
  expect([239, 100, -5, 0, 1_000_010].map((hundredths) => amountText(hundredthsXp(hundredths)))).toEqual([
    ...["2.39", "1", "-0.05", "0", "10000.1"],
  ]);
});
