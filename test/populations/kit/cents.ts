/** XP in hundredths: a whole number, so that all sums are exact. */
export type Cents = number;

/** Whole XP as cents. */
export const xp = (whole: number): Cents => whole * 100;

export const sum = (amounts: readonly Cents[]): Cents => amounts.reduce((total, one) => total + one, 0);

/** An amount times a factor in thousandths (1250 is 1.25). Whole cents where the world is made so. */
export const timesThousandths = (amount: Cents, factor: number): Cents => (amount * factor) / 1000;

/** How an app makes a payment of its products. */
export type Rounding = "nearest" | "up" | "none";

/** The payment as the app writes it: whole XP with halves up, whole XP upwards, or as it is. Amounts are not negative. */
export function rounded(amount: Cents, rounding: Rounding): Cents {
  const rest = amount % 100;
  if (rounding === "none" || rest === 0) return amount;
  const up = rounding === "up" || rest >= 50;
  return amount - rest + (up ? 100 : 0);
}

/** The exact decimal: `250` is "2.5". */
function decimal(cents: Cents): string {
  const size = Math.abs(cents);
  const rest = String(size % 100)
    .padStart(2, "0")
    .replace(/0+$/, "");
  const whole = (size - (size % 100)) / 100;
  return `${cents < 0 ? "-" : ""}${whole}${rest === "" ? "" : `.${rest}`}`;
}

/** As a member of a JSON text. What JSON prints of it is `decimal` again, for up to 15 digits. */
export const number = (cents: Cents): number => Number(decimal(cents));

/** Every sum of one or more of the amounts. */
export function subsetSums(amounts: readonly Cents[]): Set<Cents> {
  const sums = new Set<Cents>();
  for (const amount of amounts) {
    for (const known of [...sums]) sums.add(known + amount);
    sums.add(amount);
  }
  return sums;
}
