import fc from "fast-check";
import { expect, test } from "vitest";
import { ONE_XP, sumOf, type Xp } from "../values/xp.js";
import type { BankWrite } from "./banked-sums.js";
import { judgeStudent } from "./bundling.js";
import type { Calibration, FormulaStatus } from "./calibration.js";
import { multipliersFromText, STANDARD_MULTIPLIERS } from "./own-xp.js";
import type { Suspect } from "./suspect.js";

const tables = {
  standard: multipliersFromText(STANDARD_MULTIPLIERS.standard),
  decay: multipliersFromText(STANDARD_MULTIPLIERS.decay),
};

const xp = (whole: number): Xp => BigInt(whole) * ONE_XP;
const bank = (sourcedId: string, whole: number, changes: Partial<BankWrite> = {}): BankWrite => ({
  key: sourcedId,
  sourcedId,
  xp: xp(whole),
  base: xp(whole),
  hosted: true,
  ...changes,
});

/** The guide's exercise: base 2, all correct, 9 XP; 5 and 1 are banked with it. */
const suspect = (changes: Partial<Suspect> = {}): Suspect => ({
  eventId: "e-1",
  app: "app",
  xp: xp(9),
  completion: { base: xp(2), band: "full", attempt: 1, multiplier: null, tables },
  ownResultXp: [],
  near: [bank("video", 5), bank("article", 1)],
  late: [],
  zeroBase: 0n,
  compensations: [],
  isBaseKnown: true,
  multiples: [],
  ...changes,
});

const NO_LIFT = { quiet: 0, overpaid: 0, banked: 0, explained: 0 };
const paying = (status: FormulaStatus): Calibration => ({
  app: "app",
  status,
  quietEvents: 0,
  quietExplained: 0,
  events: 0,
  eventsExplained: 0,
  roundings: ["ceil"],
  tables: ["standard"],
  lift: NO_LIFT,
  ownResultLift: NO_LIFT,
});
const judge = (suspects: readonly Suspect[], status: FormulaStatus = "holds") =>
  judgeStudent(suspects, () => paying(status));

test.each([
  ["holds", "confirmed"],
  ["presumed", "confirmed"],
  ["unsure", "probable"],
] as const)("the guide's exercise in an app whose formula %s is %s: 9 = 3 + 5 + 1", (status, verdict) => {
  expect(judge([suspect()], status)).toMatchObject([{ verdict, own: xp(3), results: ["article", "video"] }]);
});

test("a void formula yields no claim without an own result", () => {
  expect(judge([suspect()], "void")).toEqual([]);
  expect(judge([suspect({ ownResultXp: [xp(3)] })], "void")).toMatchObject([{ verdict: "confirmed" }]);
});

test("a sum that would take too long to search is not confirmed", () => {
  const near = Array.from({ length: 40 }, (_, n) => bank(`video-${n}`, 2 ** n));
  const [claim] = judge([suspect({ xp: xp(2 ** 40 + 2), near })]);
  expect(claim).toMatchObject({ verdict: "probable", rule: "no-exact-sum", searchedAll: false, results: [] });
});

test("late banked XP that another claim names does not indicate a failed bank write", () => {
  const late = bank("video", 6, { hosted: false });
  const first = suspect({ eventId: "e-1", xp: xp(8), ownResultXp: [xp(3)], near: [], late: [late] });
  const second = suspect({ eventId: "e-2", near: [late] });
  expect(judge([first])).toMatchObject([{ verdict: "probable", rule: "failed-bank-write" }]);
  expect(judge([first, second])).toMatchObject([{ verdict: "suspected" }, { verdict: "confirmed" }]);
});

const somewhere = fc.array(fc.record({ id: fc.integer({ max: 6, min: 0 }), hosted: fc.boolean() }), { maxLength: 5 });
const AMOUNTS = [1, 1, 2, 3, 5, 5, 8];
const banksAt = (places: readonly { id: number; hosted: boolean }[]): BankWrite[] =>
  [...new Map(places.map((place) => [place.id, place])).values()].map(({ id, hosted }) =>
    bank(`result-${id}`, AMOUNTS[id] ?? 1, { hosted }),
  );
const suspects = fc.array(
  fc.record({
    amount: fc.integer({ min: 0, max: 20 }),
    near: somewhere,
    late: somewhere,
    own: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 2 }),
  }),
  { maxLength: 5 },
);

test("whatever is confirmed adds up exactly, and no bank write is in two claims", () => {
  const status = fc.constantFrom<FormulaStatus>("holds", "presumed", "unsure", "void");
  fc.assert(
    fc.property(suspects, status, (shapes, formula) => {
      const all = shapes.map(({ amount, near, late, own }, n) => {
        const beside = banksAt(near);
        const after = banksAt(late).filter(({ sourcedId }) => beside.every((one) => one.sourcedId !== sourcedId));
        return suspect({ eventId: `e-${n}`, xp: xp(amount), near: beside, late: after, ownResultXp: own.map(xp) });
      });
      const claims = judge(all, formula);
      const named = claims.flatMap(({ results }) => results);
      expect(new Set(named).size).toBe(named.length);
      for (const { suspect: event, own, results } of claims.filter(({ verdict }) => verdict === "confirmed")) {
        const parts = [...event.near, ...event.late].filter(({ sourcedId }) => results.includes(sourcedId));
        expect(parts.length).toBeGreaterThan(0);
        expect(sumOf([own ?? 0n, ...parts.map((part) => part.xp)])).toBe(event.xp);
      }
    }),
  );
});
