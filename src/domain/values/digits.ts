const ZERO = 48;

/** The whole number whose decimal digits are in the text from one index up to another. Unchecked: they must be digits. */
export function wholeAt(text: string, from: number, to: number): number {
  let whole = 0;
  for (let place = from; place < to; place += 1) whole = whole * 10 + text.charCodeAt(place) - ZERO;
  return whole;
}
