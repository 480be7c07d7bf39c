/** Subsets of a list of positive amounts with a given sum. */
export interface Subsets {
  /** The first ones, each as indexes into the list; subsets of earlier items come first. */
  first: number[][];
  /** Their number; a lower bound if the search was abandoned. */
  count: number;
  /** False if there were too many partial sums. */
  complete: boolean;
}

/** Most partial sums held: 60 items of whole XP need far fewer. */
const MOST_SUMS = 200_000;

/** For each position, the sums (up to `wanted`) of the items from there on, with the number of ways; null if there are too many. */
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
 * The non-empty subsets of `amounts` (all above 0) that sum to exactly `wanted`, at most `limit` of them, and their number. If the
 * bound of the search is exceeded, none is found and `complete` is false.
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
