const ZERO = 48;

/** The whole number made of the decimal digits of a text from one index up to another. They must be digits: nothing is checked. */
export function wholeAt(text: string, from: number, to: number): number {
  let whole = 0;
  for (let place = from; place < to; place += 1) whole = whole * 10 + text.charCodeAt(place) - ZERO;
  return whole;
}
