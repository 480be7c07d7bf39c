import { decimalText } from "./decimal.js";

/** XP in ten-thousandths: exact for amounts with up to four decimals, and for their sums. */
export type Xp = bigint;

const XP_DECIMALS = 4;
/** One XP. */
export const ONE_XP: Xp = 10_000n;
const HUNDREDTH: Xp = 100n;

/** Divides, rounding half away from zero. The divisor is positive. */
export function dividedHalfAway(amount: bigint, divisor: bigint): bigint {
  const size = amount < 0n ? -amount : amount;
  const rounded = (2n * size + divisor) / (2n * divisor);
  return amount < 0n ? -rounded : rounded;
}

/** Reads decimal text; digits beyond a ten-thousandth are rounded half away from zero. @throws RangeError if it is not a number */
export function xpFromText(text: string): Xp {
  const plain = decimalText(text);
  if (plain === null) throw new RangeError(`not an amount of XP: ${text}`);
  const [whole = "0", fraction = ""] = plain.replace("-", "").split(".");
  const digits = BigInt(whole + fraction.padEnd(XP_DECIMALS, "0"));
  const size =
    fraction.length <= XP_DECIMALS ? digits : dividedHalfAway(digits, 10n ** BigInt(fraction.length - XP_DECIMALS));
  return plain.startsWith("-") ? -size : size;
}

/** The amount as stored in facts: rounded to hundredths, half away from zero. */
export const asCounted = (xp: Xp): Xp => dividedHalfAway(xp, HUNDREDTH) * HUNDREDTH;

/** As decimal text without trailing zeros. */
export function xpText(xp: Xp): string {
  const digits = String(xp < 0n ? -xp : xp).padStart(XP_DECIMALS + 1, "0");
  const fraction = digits.slice(-XP_DECIMALS).replace(/0+$/, "");
  return `${xp < 0n ? "-" : ""}${digits.slice(0, -XP_DECIMALS)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** The sum; 0 of none. */
export const sumOf = (amounts: readonly Xp[]): Xp => amounts.reduce((sum, xp) => sum + xp, 0n);
