import type { Xp } from "../values/xp.js";
import { type Subsets, subsetsOf } from "./subset-sums.js";

/** XP that was banked by one write into a result. */
export interface BankWrite {
  /** Names the write: see `bankKey`. */
  key: string;
  sourcedId: string;
  xp: Xp;
  /** Base XP of its activity. */
  base: Xp | null;
  /** Whether the event is of the exercise that hosts the bank write. */
  hosted: boolean;
}

/** Most alternative readings that a claim lists. */
export const MOST_ALTERNATIVES = 20;

/** What a bank write is called: a result may have had several, at different times (microseconds). */
export const bankKey = (sourcedId: string, at: number): string => `${sourcedId} ${Math.floor(at / 1000)}`;

/** A way to read an event's XP: an own amount, and bank writes, by their keys, that sum to the rest. */
interface Reading {
  own: Xp;
  banks: readonly string[];
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
      const banks = indexes.map((index) => pool[index]?.key ?? "").sort();
      const key = `${own} ${JSON.stringify(banks)}`;
      if (!seen.has(key)) found.readings.push({ own, banks });
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
