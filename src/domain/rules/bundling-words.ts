import { xpText } from "../values/xp.js";
import type { BankWrite } from "./banked-sums.js";
import type { BundleClaim } from "./bundling.js";
import { type Micros, milliOf } from "./judging/records.js";
import type { BundleRule, Suspect } from "./suspect.js";

/** A bank write with the names that findings show. */
export interface NamedBank extends BankWrite {
  time: Micros;
  activityId: string | null;
  title: string | null;
}

/** A claim with named bank writes. */
export type NamedClaim = BundleClaim<Suspect & { banks: readonly NamedBank[] }>;

/** Each rule in words. */
export const RULE_WORDS: Readonly<Record<BundleRule, string>> = {
  near: "banked XP beside the event makes up exactly what its own XP leaves",
  "near+late": "banked XP beside the event and later makes up exactly what its own XP leaves",
  "formula-unsure": "banked XP makes up the rest, but how this app pays is not known well enough",
  "day-multiple": "banked XP makes up the rest, but the app paid other students a multiple on that day",
  "base-later":
    "banked XP makes up the rest, but what the activity pays was set after the event, and nothing shows what it paid before",
  "own-ambiguous": "banked XP makes up the rest of more than one amount of own XP",
  "no-exact-sum": "banked XP lies beside the event, but none of it makes up exactly the rest",
  "failed-bank-write": "no banked XP is there, but activities at 0 XP could have given the rest",
  "above-base": "more than this activity can pay, and nothing shows where the rest is from; it may be by design",
  "above-banked": "more than the XP banked with it; what the activity itself pays is not known",
};

/** The bank writes that a claim names, in the order in which they were made. */
export const namedBanks = (claim: NamedClaim): NamedBank[] => {
  const byKey = new Map(claim.suspect.banks.map((bank) => [bank.key, bank]));
  const order = (a: NamedBank, b: NamedBank) =>
    milliOf(a.time) - milliOf(b.time) || (a.sourcedId < b.sourcedId ? -1 : 1);
  return claim.banks.flatMap((key) => byKey.get(key) ?? []).sort(order);
};

const nameOf = ({ title, activityId, sourcedId }: NamedBank): string => title ?? activityId ?? sourcedId;

/** `9 = 3 own + 5 (Ratios: the video) + 1 (Ratios: the article)`. */
export function claimArithmetic(claim: NamedClaim): string {
  const { xp } = claim.suspect;
  if (claim.own === null) return `${xpText(xp)} XP`;
  const parts = namedBanks(claim).map((bank) => `${xpText(bank.xp)} (${nameOf(bank)})`);
  const rest = parts.length > 0 ? parts : [`${xpText(xp - claim.own)} unexplained`];
  return [`${xpText(xp)} = ${xpText(claim.own)} own`, ...rest].join(" + ");
}
