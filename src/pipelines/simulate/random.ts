import { createHash } from "node:crypto";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

const CHANCES = 1_000_000;
const WORD = 0x1_0000_0000;
const UUID = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/;

/** Random choices determined by the seed and the name of the stream: the same on any machine and any version of Node. */
export class Stream {
  private readonly rng;

  constructor(seed: number, ...name: readonly (string | number)[]) {
    const digest = createHash("sha256")
      .update(JSON.stringify([seed, ...name]))
      .digest();
    this.rng = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return uniformInt(this.rng, min, max);
  }

  /** True at the given rate. Always one draw, so changing one rate changes no other choice. */
  chance(rate: number): boolean {
    return this.int(0, CHANCES - 1) < Math.round(rate * CHANCES);
  }

  /** @throws RangeError for a list without members */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError("nothing to pick from");
    return list[this.int(0, list.length - 1)] as T;
  }

  /** `count` different members (or all), in their order. */
  some<T>(list: readonly T[], count: number): T[] {
    const left = list.map((_, index) => index);
    const taken = new Set<number>();
    while (taken.size < Math.min(count, list.length)) taken.add(left.splice(this.int(0, left.length - 1), 1)[0] ?? 0);
    return list.filter((_, index) => taken.has(index));
  }

  /** A random UUID (version 4), in lower case. */
  uuid(): string {
    const hex = [0, 1, 2, 3].map(() => (this.int(0, WORD - 1) >>> 0).toString(16).padStart(8, "0")).join("");
    const variant = "89ab"[this.int(0, 3)];
    return hex.replace(UUID, `$1-$2-4$3-${variant}$4-$5`);
  }
}
