import type { Xp } from "../../values/xp.js";
import { DAY, type Micros, type ResultReading, saysBanked } from "./records.js";

/** XP that was written into a result. */
export interface Write {
  xp: Xp;
  at: Micros;
}

/** A reading that showed an amount of XP. */
type Shown = ResultReading & { xp: Xp };

const isMidnight = (at: Micros): boolean => at % DAY === 0;

/** When XP was written that the first reading showed already. A score date at midnight is a day, not a time. */
function timeOfFirst({ completedAt, scoredAt, xpSince }: Shown): Micros | null {
  if (completedAt !== null) return completedAt;
  return scoredAt !== null && isMidnight(scoredAt) ? (xpSince ?? scoredAt) : scoredAt;
}

/** When XP rose between two readings: at `completedAt`, unless that is of an earlier rise, else when the source first had it. */
function timeOfRise(before: Shown, { completedAt, xpSince, scoredAt }: Shown): Micros | null {
  const isOfThisRise = before.xp === 0n || before.completedAt !== completedAt;
  return (isOfThisRise ? completedAt : null) ?? xpSince ?? scoredAt;
}

/**
 * The bank writes that the readings of a result show: each rise of its XP is one, of what it rose by, also where the result was
 * changed, lowered or deleted later. A rise is banked where the reading says so or, where it gives no reason, where a passive
 * result was seen at 0 before. A score date without time proves nothing. docs/audit.md, "Banked XP".
 */
export function bankWritesOf(readings: readonly ResultReading[], isPassive: boolean): Write[] {
  const shown = readings.filter((reading): reading is Shown => reading.xp !== null);
  const firstZero = shown.findIndex(({ xp }) => xp === 0n);
  const isBanked = ({ reason }: Shown, n: number): boolean =>
    reason === null ? isPassive && firstZero >= 0 && firstZero < n : saysBanked(reason);
  return shown.flatMap((reading, n): Write[] => {
    const before = shown[n - 1];
    const xp = reading.xp - (before?.xp ?? 0n);
    if (xp <= 0n || !isBanked(reading, n) || reading.scoredAt === null) return [];
    const at = before === undefined ? timeOfFirst(reading) : timeOfRise(before, reading);
    return at === null ? [] : [{ xp, at }];
  });
}
