/** XP in ten-thousandths, a whole number: all sums and products of the simulation are exact. */
export type Amount = number;

const SCALE = 10_000;
const HUNDREDTH = SCALE / 100;

/** Whole XP as an amount. */
export const wholeXp = (xp: number): Amount => xp * SCALE;

/** Hundredths of XP as an amount. */
export const hundredthsXp = (hundredths: number): Amount => hundredths * HUNDREDTH;

/** `base` times a factor in ten-thousandths. Exact if the base is whole XP. */
export const times = (base: Amount, factor: number): Amount => (base / SCALE) * factor;

/** Rounds down to a multiple of `step`, also for negative amounts. */
const floorTo = (amount: Amount, step: number): Amount => amount - (((amount % step) + step) % step);

/** Rounds up to whole XP. */
export const ceilXp = (amount: Amount): Amount => -floorTo(-amount, SCALE);

/** Rounds to the nearest whole XP, halves up. */
export const roundXp = (amount: Amount): Amount => floorTo(amount + SCALE / 2, SCALE);

/** Rounds as facts do: two digits, half away from zero (docs/facts.md, "Which facts there are, and whose XP"). */
export const factXp = (amount: Amount): Amount =>
  amount < 0 ? -factXp(-amount) : floorTo(amount + HUNDREDTH / 2, HUNDREDTH);

/** Exact decimal text without trailing zeros. */
export function amountText(amount: Amount): string {
  const size = Math.abs(amount);
  const fraction = String(size % SCALE)
    .padStart(4, "0")
    .replace(/0+$/, "");
  const whole = `${amount < 0 ? "-" : ""}${(size - (size % SCALE)) / SCALE}`;
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

export const sumOf = (amounts: readonly Amount[]): Amount => amounts.reduce((sum, amount) => sum + amount, 0);
