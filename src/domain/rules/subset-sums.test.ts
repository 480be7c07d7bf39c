import fc from "fast-check";
import { expect, test } from "vitest";
import { subsetsOf } from "./subset-sums.js";

/** Every non-empty subset that sums to `wanted`, by brute force; subsets of earlier items first. */
function tried(amounts: readonly bigint[], wanted: bigint, from = 0): number[][] {
  return amounts.slice(from).flatMap((amount, offset) => {
    const index = from + offset;
    const longer = amount > wanted ? [] : tried(amounts, wanted - amount, index + 1).map((rest) => [index, ...rest]);
    return amount === wanted ? [[index]] : longer;
  });
}

const amounts = fc.array(fc.bigInt({ min: 1n, max: 9n }), { maxLength: 9 });

test("finds the same subsets, in the same order, as brute force", () => {
  fc.assert(
    fc.property(amounts, fc.bigInt({ min: 1n, max: 30n }), (items, wanted) => {
      const all = tried(items, wanted);
      expect(subsetsOf(items, wanted, 1_000)).toEqual({ first: all, count: all.length, complete: true });
    }),
  );
});

test("returns at most the requested number, and counts all", () => {
  const { first, count, complete } = subsetsOf(Array(8).fill(1n), 4n, 21);
  expect({ named: first.length, count, complete }).toEqual({ named: 21, count: 70, complete: true });
  expect(first[0]).toEqual([0, 1, 2, 3]);
});

test.each([0n, -1n])("nothing sums to %s", (wanted) => {
  expect(subsetsOf([1n, 2n], wanted, 5)).toEqual({ first: [], count: 0, complete: true });
});

test("60 bank writes of whole XP are searched to the end", () => {
  const items = Array.from({ length: 60 }, (_, n) => BigInt((n % 15) + 1) * 10_000n);
  expect(subsetsOf(items, 3_000_000n, 1)).toMatchObject({ complete: true, first: [expect.anything()] });
});

test("a search that would be too large is abandoned and reported as incomplete", () => {
  const items = Array.from({ length: 40 }, (_, n) => 2n ** BigInt(n));
  expect(subsetsOf(items, 2n ** 40n - 1n, 1)).toEqual({ first: [], count: 0, complete: false });
});
