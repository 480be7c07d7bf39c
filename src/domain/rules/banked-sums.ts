import type { Xp } from "../values/xp.js";
import { type Subsets, subsetsOf } from "./subset-sums.js";

/** A result into which banked XP was written. */
export interface BankWrite {
  sourcedId: string;
  xp: Xp;
  /** Base XP of its activity. */
  base: Xp | null;
  /** Whether the event is of the exercise that hosts the bank write. */
  hosted: boolean;
}

/** Most alternative readings that a claim lists. */
export const MOST_ALTERNATIVES = 20;

/** A way to split an event's XP: own XP, and results that sum to the rest. */
interface Reading {
  own: Xp;
  results: readonly string[];
}

/** The readings found, those with the nearest banked XP first; their number; and whether the search was complete. */
export interface Search {
  readings: Reading[];
  count: number;
  complete: boolean;
}

/**
 * Every way to split an event's XP into one of these own amounts and a set of bank writes. Earlier pools come first, then larger own
 * amounts. The last pool contains the others; `count` is of its readings.
 */
export function search(pools: readonly (readonly BankWrite[])[], xp: Xp, ownValues: readonly Xp[]): Search {
  const found: Search = { readings: [], count: 0, complete: true };
  const seen = new Set<string>();
  const add = (own: Xp, pool: readonly BankWrite[], subsets: Subsets) => {
    for (const indexes of subsets.first) {
      const results = indexes.map((index) => pool[index]?.sourcedId ?? "").sort();
      const key = `${own} ${JSON.stringify(results)}`;
      if (!seen.has(key)) found.readings.push({ own, results });
      seen.add(key);
    }
  };
  for (const pool of pools)
    for (const own of ownValues.toReversed()) {
      const subsets = subsetsOf(
        pool.map((bank) => bank.xp),
        xp - own,
        MOST_ALTERNATIVES + 1,
      );
      add(own, pool, subsets);
      found.complete &&= subsets.complete;
      if (pool === pools.at(-1)) found.count += subsets.count;
    }
  return found;
}
