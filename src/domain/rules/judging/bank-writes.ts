import type { Xp } from "../../values/xp.js";
import { DAY, type Micros, type ResultReading, saysBanked } from "./records.js";

/** XP that was written into a result. */
export interface Write {
  xp: Xp;
  /** Null where only `touchedAt` is known. */
  at: Micros | null;
  /**
   * When the source last touched the row, where that may be the write: nobody saw the rise, and nothing says when it happened. It
   * proves a write only together with an exercise that was completed in those seconds.
   */
  touchedAt: Micros | null;
}

/** A reading that showed an amount of XP. */
type Shown = ResultReading & { xp: Xp };

const isMidnight = (at: Micros): boolean => at % DAY === 0;

type Times = Pick<Write, "at" | "touchedAt">;

/** When XP was written that the first reading showed already. A score date at midnight is a day, not a time. */
function timesOfFirst({ completedAt, scoredAt, xpSince }: Shown): Times {
  if (completedAt !== null) return { at: completedAt, touchedAt: null };
  if (scoredAt !== null && isMidnight(scoredAt)) return { at: xpSince ?? scoredAt, touchedAt: null };
  return { at: scoredAt, touchedAt: xpSince };
}

/** When XP rose between two readings: at `completedAt`, unless that is of an earlier rise, else when the source first had it. */
function timesOfRise(before: Shown, { completedAt, xpSince, scoredAt }: Shown): Times {
  const isOfThisRise = before.xp === 0n || before.completedAt !== completedAt;
  return { at: (isOfThisRise ? completedAt : null) ?? xpSince ?? scoredAt, touchedAt: null };
}

/**
 * The bank writes that the readings of a result show: each rise of its XP is one, of what it rose by, also where the result was
 * changed, lowered or deleted later. A rise is banked where the reading says so or, where it gives no reason, where a passive
 * result was seen at 0 before. docs/audit.md, "Banked XP".
 */
export function bankWritesOf(readings: readonly ResultReading[], isPassive: boolean): Write[] {
  const shown = readings.filter((reading): reading is Shown => reading.xp !== null);
  const firstZero = shown.findIndex(({ xp }) => xp === 0n);
  const isBanked = ({ reason }: Shown, n: number): boolean =>
    reason === null ? isPassive && firstZero >= 0 && firstZero < n : saysBanked(reason);
  return shown.flatMap((reading, n): Write[] => {
    const before = shown[n - 1];
    const xp = reading.xp - (before?.xp ?? 0n);
    if (xp <= 0n || !isBanked(reading, n)) return [];
    const times = before === undefined ? timesOfFirst(reading) : timesOfRise(before, reading);
    return times.at === null && times.touchedAt === null ? [] : [{ xp, ...times }];
  });
}
