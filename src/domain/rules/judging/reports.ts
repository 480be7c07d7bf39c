import type { Report } from "../bundling.js";
import type { AccuracyBand, MultiplierTables } from "../own-xp.js";

const orBlank = (value: unknown): string => (value === null ? "" : String(value));

/** Encodes a report as text, equal for all events that are equal at first sight. */
export function reportText({ xp, completion, ownResultXp }: Report): string {
  const { base, band, attempt, multiplier } = completion;
  const hasLowerOwn = ownResultXp.some((own) => own < xp);
  return [xp, orBlank(base), orBlank(band), attempt, orBlank(multiplier), hasLowerOwn ? "lower" : ""].join("|");
}

const amount = (text: string | undefined): bigint | null => (text === undefined || text === "" ? null : BigInt(text));

/** Decodes a report; of own results only whether one has less XP is kept. */
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
