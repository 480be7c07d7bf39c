const NUMERAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const MAX_DIGITS = 1_000;
const PLAIN_INTEGER = 1e15;

/**
 * A number, or the text of one, as plain decimal text: no exponent, no trailing zeros, no plus sign, no `-0`. Text is
 * never turned into a double, so every digit survives. Null if it is not a finite number (`1e400` is not, as in JSON for
 * doubles), or would need more than 1,000 digits before or after the point.
 */
export function decimalText(value: number | string): string | null {
  if (typeof value === "string") return Number.isFinite(Number(value)) ? expanded(value) : null;
  if (Number.isInteger(value) && Math.abs(value) <= PLAIN_INTEGER) return String(value);
  return Number.isFinite(value) ? expanded(String(value)) : null;
}

/** Whether `min <= text <= max`, exactly. Takes canonical text, and whole bounds up to 1e15 with min <= 0 <= max. */
export function isWithin(text: string, min: number, max: number): boolean {
  return text.startsWith("-") ? isAtMost(text.slice(1), -min) : isAtMost(text, max);
}

function isAtMost(magnitude: string, limit: number): boolean {
  const point = magnitude.indexOf(".");
  const whole = point < 0 ? magnitude : magnitude.slice(0, point);
  // Up to 15 digits are exact as a double; more digits exceed any bound, however they are rounded.
  const size = Number(whole);
  return size < limit || (size === limit && point < 0);
}

function expanded(text: string): string | null {
  const [, sign, whole = "", fraction = "", exponent = "0"] = NUMERAL.exec(text) ?? [];
  if (sign === undefined || whole + fraction === "") return null;
  const digits = (whole + fraction).replace(/^0+/, "");
  // Position of the decimal point, counted from the first significant digit.
  const point = digits.length - fraction.length + Number(exponent);
  const significant = withoutTrailingZeros(digits);
  if (significant === "") return "0";
  if (point > MAX_DIGITS || significant.length - point > MAX_DIGITS) return null;
  return (sign === "-" ? "-" : "") + placed(significant, point);
}

/** Not `/0+$/`, which takes quadratic time on a hostile run of zeros. */
function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end -= 1;
  return digits.slice(0, end);
}

function placed(digits: string, point: number): string {
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + "0".repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
