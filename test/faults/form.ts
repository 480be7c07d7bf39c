/** How much is tried: FAULT_FORM=short takes a few points of each fault. */
export const isLong: boolean = process.env.FAULT_FORM === "long";

/** Where the choice of points starts; FAULT_SEED repeats a run. */
export const seed = Number(process.env.FAULT_SEED ?? (isLong ? Date.now() % 1_000_000 : 1));

/** How many points a fault is tried at; FAULT_POINTS says it for every fault of the long form. */
export const points = (short: number, long: number): number =>
  isLong ? Number(process.env.FAULT_POINTS ?? long) : short;

/** The commands that a fault is tried on: the short form makes do with some. */
export const some = <T>(short: readonly T[], others: readonly T[]): T[] =>
  isLong ? [...short, ...others] : [...short];

/** Numbers that look random, from 0 to 1, the same for the same seed and name. */
export function chance(name: string): () => number {
  let state = [...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** As many of the items as are wanted, spread over all of them, each taken by chance from its stretch. */
export function spread<T>(items: readonly T[], wanted: number, random: () => number): T[] {
  if (wanted >= items.length) return [...items];
  const width = items.length / wanted;
  return Array.from({ length: wanted }, (_, n) => items[Math.floor((n + random()) * width)] as T);
}

/** Says what came out of a fault, for docs/RELIABILITY.md; in the long form only. */
export function record(fault: string, outcome: Record<string, unknown>): void {
  if (isLong) process.stderr.write(`FAULT ${JSON.stringify({ fault, seed, ...outcome })}\n`);
}
