/** Subsets of a list of positive amounts that make up one sum. */
export interface Subsets {
  /** The first ones, each as indexes into the list; subsets of earlier items come first. */
  first: number[][];
  /** How many there are; a lower bound where the search was given up. */
  count: number;
  /** False where there were too many sums to look at all. */
  complete: boolean;
}

/** So many partial sums are kept at most: 60 items of whole XP come nowhere near it. */
const MOST_SUMS = 200_000;

/** For each position, the sums that the items from there on can make (up to `wanted`), with the number of ways. */
function waysFrom(amounts: readonly bigint[], wanted: bigint): Map<bigint, number>[] | null {
  const ways: Map<bigint, number>[] = [new Map([[0n, 1]])];
  let kept = 1;
  for (const amount of amounts.toReversed()) {
    const later = ways[0] as Map<bigint, number>;
    const here = new Map(later);
    for (const [sum, n] of later) {
      const more = sum + amount;
      if (more <= wanted) here.set(more, (here.get(more) ?? 0) + n);
    }
    kept += here.size;
    if (kept > MOST_SUMS) return null;
    ways.unshift(here);
  }
  return ways;
}

/**
 * The non-empty subsets of `amounts` (all above 0) that sum to exactly `wanted`, at most `limit` of them, and their
 * number. The search is bounded: beyond it nothing is found, and `complete` is false.
 */
export function subsetsOf(amounts: readonly bigint[], wanted: bigint, limit: number): Subsets {
  const none: Subsets = { first: [], count: 0, complete: true };
  if (wanted <= 0n) return none;
  const ways = waysFrom(amounts, wanted);
  if (ways === null) return { ...none, complete: false };
  const count = ways[0]?.get(wanted) ?? 0;
  const first: number[][] = [];
  const walk = (at: number, rest: bigint, chosen: readonly number[]): void => {
    if (first.length >= limit || !ways[at]?.has(rest)) return;
    if (rest === 0n) {
      first.push([...chosen]);
      return;
    }
    walk(at + 1, rest - (amounts[at] ?? 0n), [...chosen, at]);
    walk(at + 1, rest, chosen);
  };
  walk(0, wanted, []);
  return { first, count, complete: true };
}
