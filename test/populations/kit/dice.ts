/** A share of a whole in parts per million. */
export type Rate = number;

const WHOLE: Rate = 1_000_000;

/** "0.25" as parts per million, exactly. @throws RangeError for anything but 0 to 1 with up to six digits */
export function rateOf(text: string): Rate {
  const found = /^(0|1)(?:\.(\d{1,6}))?$/.exec(text.trim());
  const rate = found ? Number(found[1]) * WHOLE + Number((found[2] ?? "").padEnd(6, "0")) : -1;
  if (rate < 0 || rate > WHOLE) throw new RangeError(`not a rate from 0 to 1: ${text}`);
  return rate;
}

/** FNV-1a over the text's code units: 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");

/** A generator of its own for each name (sfc32): who throws one set of dice disturbs no other. */
export class Dice {
  private a: number;
  private b: number;
  private c: number;
  private count = 1;

  constructor(...name: readonly (string | number)[]) {
    const text = name.join("\u0001");
    this.a = hash(`a${text}`);
    this.b = hash(`b${text}`);
    this.c = hash(`c${text}`);
    for (let i = 0; i < 16; i += 1) this.word();
  }

  /** 32 random bits. */
  private word(): number {
    const sum = (this.a + this.b + this.count) | 0;
    this.count = (this.count + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to `count - 1`. */
  below(count: number): number {
    return this.word() % count;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(rate: Rate): boolean {
    return this.below(WHOLE) < rate;
  }

  /** True one time in `count`. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError("nothing to pick from");
    return list[this.below(list.length)] as T;
  }

  /** `count` of the members, or all, in the list's order. */
  some<T>(list: readonly T[], count: number): T[] {
    let wanted = Math.min(count, list.length);
    return list.filter((_, index) => {
      const taken = this.below(list.length - index) < wanted;
      if (taken) wanted -= 1;
      return taken;
    });
  }

  /** A UUID of version 4. */
  uuid(): string {
    const digits = hex(this.word()) + hex(this.word()) + hex(this.word()) + hex(this.word());
    const variant = "89ab"[this.below(4)];
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(13, 16)}`,
      `${variant}${digits.slice(17, 20)}`,
      digits.slice(20),
    ].join("-");
  }
}
