import fc from "fast-check";
import { expect, test } from "vitest";
import { xpFromText, xpText } from "../values/xp.js";
import { ROUNDINGS } from "./calibration.js";
import {
  type AccuracyBand,
  allowedOwn,
  type Completion,
  explainedOwn,
  FORMULAS,
  multipliersFromText,
  multipliersOf,
  paid,
  STANDARD_MULTIPLIERS,
} from "./own-xp.js";

const tables = {
  standard: multipliersFromText(STANDARD_MULTIPLIERS.standard),
  decay: multipliersFromText(STANDARD_MULTIPLIERS.decay),
};

const completion = (changes: Partial<Completion> = {}): Completion => ({
  base: xpFromText("2"),
  band: "full",
  attempt: 1,
  multiplier: null,
  tables,
  ...changes,
});

const BANDS: readonly AccuracyBand[] = ["full", "pass", "fail"];

test.each([
  ["standard", 1, [1.25, 1, 0]],
  ["standard", 2, [1, 0.5, 0]],
  ["standard", 7, [1, 0.5, 0]],
  ["decay", 1, [1.25, 1, 0]],
  ["decay", 2, [0.625, 0.5, 0]],
  ["decay", 3, [0.3125, 0.25, 0]],
  ["decay", 4, [0, 0, 0]],
  ["decay", 9, [0, 0, 0]],
] as const)("the %s table, attempt %s: %j for all right, 80 %% and less", (table, attempt, multipliers) => {
  const inTable = BANDS.flatMap((band) => multipliersOf(table, { band, attempt, tables }));
  expect(inTable.map((one) => Number(one) / 10_000)).toEqual(multipliers);
  expect(multipliersOf(table, { band: null, attempt, tables })).toEqual(inTable);
});

test.each([
  ["2", 12_500n, ["3", "3", "2.5"]],
  ["1", 12_500n, ["1", "2", "1.25"]],
  ["5", 6_250n, ["3", "4", "3.125"]],
  ["4", 10_000n, ["4", "4", "4"]],
  ["7", 0n, ["0", "0", "0"]],
] as const)("base %s x %s ten-thousandths, rounded, rounded up, as it is: %j", (base, multiplier, amounts) => {
  expect(ROUNDINGS.map((rounding) => xpText(paid(xpFromText(base), multiplier, rounding)))).toEqual(amounts);
});

test("no rounding is further than 1 XP from the product, and rounding up never pays less", () => {
  const base = fc.bigInt({ min: 0n, max: 10n ** 7n });
  fc.assert(
    fc.property(base, fc.constantFrom(12_500n, 10_000n, 6_250n, 5_000n, 3_125n, 2_500n, 0n), (amount, multiplier) => {
      const [round, ceil, none] = ROUNDINGS.map((rounding) => paid(amount, multiplier, rounding)) as [
        bigint,
        bigint,
        bigint,
      ];
      expect(ceil >= none && ceil - none <= 10_000n).toBe(true);
      expect(round === ceil || ceil - round === 10_000n).toBe(true);
    }),
  );
});

test("all formulas together allow each amount once, in ascending order", () => {
  expect(allowedOwn(FORMULAS, completion({ attempt: 2 })).map(xpText)).toEqual(["1", "1.25", "2"]);
});

test("without base XP nothing is allowed", () => {
  expect(allowedOwn(FORMULAS, completion({ base: null, multiplier: 12_500n }))).toEqual([]);
});

test("a stored multiplier replaces the table, but explains only what the table allows", () => {
  const [formula] = FORMULAS;
  if (!formula) throw new Error("no formulas");
  const halved = completion({ base: xpFromText("4"), multiplier: 5_000n });
  expect(allowedOwn([formula], halved).map(xpText)).toEqual(["2"]);
  expect(explainedOwn(formula, halved)).toEqual([]);
  expect(explainedOwn(formula, { ...halved, attempt: 2, band: "pass" }).map(xpText)).toEqual(["2"]);
});
