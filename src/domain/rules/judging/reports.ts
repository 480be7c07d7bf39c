import type { Report } from "../bundling.js";
import type { AccuracyBand, MultiplierTables } from "../own-xp.js";

const orNothing = (value: unknown): string => (value === null ? "" : String(value));

/** A report as text, alike for all events that are judged alike at first sight. */
export function reportText({ xp, completion, ownResultXp }: Report): string {
  const { base, band, attempt, multiplier } = completion;
  const hasLowerOwn = ownResultXp.some((own) => own < xp);
  return [xp, orNothing(base), orNothing(band), attempt, orNothing(multiplier), hasLowerOwn ? "lower" : ""].join("|");
}

const amount = (text: string | undefined): bigint | null => (text === undefined || text === "" ? null : BigInt(text));

/** The report that a text stands for; of own results no more is known than whether one has less XP. */
export function reportFrom(text: string, tables: MultiplierTables): Report {
  const [xp = "0", base, band, attempt, multiplier, lower] = text.split("|");
  return {
    xp: BigInt(xp),
    completion: {
      base: amount(base),
      band: (band || null) as AccuracyBand,
      attempt: Number(attempt),
      multiplier: amount(multiplier),
      tables,
    },
    ownResultXp: lower === "lower" ? [BigInt(xp) - 1n] : [],
  };
}
