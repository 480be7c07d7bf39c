import { type Rate, rateOf } from "./kit/dice.js";

/**
 * The rates and their defaults. Most are the share of an app's fitting lessons that show a class; those of fates are shares
 * of students, `double-day` and `double-week` of days and weeks, `base-changed` of exercises. README.md, "Classes".
 */
export const DEFAULT_RATES = {
  "bonus-streak": "0.3",
  "bonus-speed": "0.2",
  "bonus-perfect-week": "0.5",
  "double-day": "0.1",
  "double-week": "0.1",
  "double-one-in-16": "0.0625",
  "bank-before-exercise": "0.8",
  "base-changed": "0.5",
  "table-changed": "1",
  "rounding-changed": "1",
  "own-equals-sum": "0.4",
  "two-courses": "0.8",
  "taken-back": "0.3",
  "bundle-with-penalty": "0.15",
  "bundle-at-sync": "1",
  "bundle-bank-failed": "0.1",
  "bundle-bank-before": "0.15",
  "bundle-reason-text": "0.8",
  "bundle-day-stamp": "0.7",
  "bundle-bank-raised": "0.06",
  "bundle-bank-lowered": "0.06",
  "bundle-bank-revoked": "0.06",
  "bundle-bank-deleted": "0.06",
  "bundle-capped": "0.8",
  "bundle-own-table": "0.8",
  "bundle-time-paid": "0.8",
  "bank-never-seen": "0.1",
  "bonus-or-bundle": "0.7",
  "points-beside-banks": "0.6",
  "two-tables-pay-it": "0.6",
  "own-result-at-sync": "0.25",
  "own-result-by-date": "0.8",
  "transfer-student": "0.08",
  "re-rostered": "0.08",
  "leaver-email-only": "0.08",
  "results-moved": "0.08",
  "substitute-device": "0.03",
} as const;

/** A class with a rate of its own. */
export type RatedClass = keyof typeof DEFAULT_RATES;

export interface Options {
  seed: number;
  students: number;
  /** Calendar days, holidays included. */
  days: number;
  /** The first day, as YYYY-MM-DD. */
  start: string;
  /** How often a case is made so that its numbers look like those of the opposite verdict. */
  coincidence: Rate;
  rates: Record<RatedClass, Rate>;
}

const ratedClasses = Object.keys(DEFAULT_RATES) as RatedClass[];
const isRated = (name: string): name is RatedClass => name in DEFAULT_RATES;

/** The options as given, in text; what is not given has its default. @throws RangeError for what cannot be */
export function optionsOf(given: Readonly<Record<string, string>>): Options {
  const unknown = Object.keys(given).find((name) => !isRated(name) && !(name in PLAIN));
  if (unknown !== undefined) throw new RangeError(`no such option: ${unknown}`);
  const said = { ...PLAIN, ...DEFAULT_RATES, ...given };
  if (!/^\d{4}-\d{2}-\d{2}$/.test(said.start)) throw new RangeError(`not a day: ${said.start}`);
  return {
    seed: wholeOf(said.seed, 0, 2 ** 31),
    students: wholeOf(said.students, 1, 10_000),
    days: wholeOf(said.days, 10, 300),
    start: said.start,
    coincidence: rateOf(said.coincidence),
    rates: Object.fromEntries(ratedClasses.map((name) => [name, rateOf(said[name])])) as Options["rates"],
  };
}

const PLAIN = { seed: "1", students: "57", days: "100", start: "2024-10-07", coincidence: "0.35" } as const;

function wholeOf(text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw new RangeError(`not a whole number from ${least} to ${most}: ${text}`);
  return value;
}
