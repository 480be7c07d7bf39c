import fc from "fast-check";
import { expect, test } from "vitest";
import { asCounted, dividedHalfAway, sumOf, xpFromText, xpText } from "./xp.js";

test("written amounts read back unchanged", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 13n), max: 10n ** 13n }), (xp) => {
      expect(xpFromText(xpText(xp))).toBe(xp);
    }),
  );
});

test.each([
  ["9", 90_000n],
  ["2.39", 23_900n],
  ["-0.5", -5_000n],
  ["0.00005", 1n],
  ["-0.00005", -1n],
  ["0.00004", 0n],
  ["1.25e1", 125_000n],
])("%s is %s ten-thousandths", (text, xp) => {
  expect(xpFromText(text)).toBe(xp);
});

test.each(["", "three", "1,5", "NaN", "Infinity"])("%j is no amount", (text) => {
  expect(() => xpFromText(text)).toThrow(RangeError);
});

test("0.1 + 0.2 is 0.3", () => {
  expect(xpText(sumOf(["0.1", "0.2"].map(xpFromText)))).toBe("0.3");
});

test.each([
  [25n, 10n, 3n],
  [-25n, 10n, -3n],
  [24n, 10n, 2n],
  [0n, 10n, 0n],
])("%s / %s is %s: halves go away from zero", (amount, divisor, result) => {
  expect(dividedHalfAway(amount, divisor)).toBe(result);
});

test.each([
  ["8.125", "8.13"],
  ["-8.125", "-8.13"],
  ["8.1249", "8.12"],
])("%s stands in a fact as %s", (xp, counted) => {
  expect(xpText(asCounted(xpFromText(xp)))).toBe(counted);
});
