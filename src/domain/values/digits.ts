const ZERO = 48;

/** The whole number whose decimal digits stand in a text from a place up to another; that they are digits is not looked at. */
export function wholeAt(text: string, from: number, to: number): number {
  let whole = 0;
  for (let place = from; place < to; place += 1) whole = whole * 10 + text.charCodeAt(place) - ZERO;
  return whole;
}
