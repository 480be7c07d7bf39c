import type { Verdict } from "../findings/finding.js";
import { sumOf, type Xp } from "../values/xp.js";
import { type BankWrite, MOST_ALTERNATIVES, type Search, search } from "./banked-sums.js";
import { doubtOf, type Judged, mayBundle } from "./bundling-doubts.js";
import { keptFormulas } from "./calibrate.js";
import type { Calibration } from "./calibration.js";
import { allowedAtMultiples } from "./day-multiples.js";
import { allowedOwn, FORMULAS, type MultiplierTables, paid } from "./own-xp.js";
import type { BundleRule, OwnEvidence, Suspect } from "./suspect.js";

/** The audit's claim about one suspect. */
export interface BundleClaim<S extends Suspect = Suspect> {
  suspect: S;
  verdict: Verdict;
  rule: BundleRule;
  ownEvidence: OwnEvidence;
  /** Every possible amount of own XP, by that evidence. */
  ownValues: readonly Xp[];
  /** The own XP of the claim; null if it names none. */
  own: Xp | null;
  /** The results whose banked XP makes up the rest, by id; none where no subset does. */
  results: readonly string[];
  /** The bank writes into them, by key. */
  banks: readonly string[];
  /** Every other set of results that makes up the rest, at most 20, and the number of all readings. */
  alternatives: readonly (readonly string[])[];
  readings: number;
  /** False if the search was abandoned. */
  searchedAll: boolean;
}

/** Possible own XP below the event's XP, by the strongest evidence available. */
function ownXp(
  { xp, completion, ownResultXp }: Suspect,
  allowed: readonly Xp[],
): { evidence: OwnEvidence; values: Xp[] } {
  const reported = [...new Set(ownResultXp)].filter((own) => own < xp).sort((a, b) => (a < b ? -1 : 1));
  if (reported.length > 0) return { evidence: "own-result", values: reported };
  const values = allowed.filter((own) => own < xp);
  if (completion.base === null) return { evidence: "unknown", values: [] };
  return { evidence: completion.multiplier === null ? "multiplier-table" : "stored-multiplier", values };
}

/** What first judges an event: its XP, how its activity was completed, and its own results. */
export type Report = Pick<Suspect, "xp" | "completion" | "ownResultXp">;

/** Whether an own result of an event says that it earned less. */
export const hasLowerOwnResult = ({ xp, ownResultXp }: Report): boolean => ownResultXp.some((own) => own < xp);

/**
 * Whether an event is cleared before its banked XP is examined: it reports no XP, or allowed XP that no credible own result
 * contradicts, or its app pays by its own rules. For events of activities that are not passive.
 */
export function isInnocent(report: Report, calibration: Calibration): boolean {
  if (report.xp <= 0n) return true;
  const isContradicted = hasLowerOwnResult(report);
  if (calibration.status === "void" && !isContradicted) return true;
  const isAllowed = allowedOwn(keptFormulas(calibration), report.completion).includes(report.xp);
  return isAllowed && (calibration.status === "holds" || !isContradicted);
}

/** Whether an event is innocent under every calibration. */
export const isAlwaysInnocent = (report: Report): boolean =>
  report.xp <= 0n ||
  (!hasLowerOwnResult(report) &&
    FORMULAS.every((formula) => allowedOwn([formula], report.completion).includes(report.xp)));

const isFree = (taken: ReadonlySet<string>) => (bank: BankWrite) => !taken.has(bank.key);

/** The banked XP that an event may include: hosted by it, then near it, then late. */
function poolsOf({ near, late }: Suspect, taken: ReadonlySet<string>, reach: "near" | "near+late"): BankWrite[][] {
  const free = near.filter(isFree(taken));
  const pools = [free.filter(({ hosted }) => hosted), free];
  return reach === "near" ? pools : [...pools, [...free, ...late.filter(isFree(taken))]];
}

/** The results of some bank writes, by id. */
function resultsOf({ near, late }: Suspect, keys: readonly string[]): string[] {
  if (keys.length === 0) return [];
  const wanted = new Set(keys);
  const ids = [...near, ...late].filter(({ key }) => wanted.has(key)).map(({ sourcedId }) => sourcedId);
  return [...new Set(ids)].sort();
}

type Partial<S extends Suspect> = Pick<BundleClaim<S>, "verdict" | "rule"> & { own: Xp | null; found?: Search };

function claimOf<S extends Suspect>(judged: Judged<S>, { verdict, rule, own, found }: Partial<S>): BundleClaim<S> {
  const named = found?.readings.find((reading) => reading.own === own);
  const others = found?.readings.filter((reading) => reading !== named) ?? [];
  return {
    suspect: judged.suspect,
    verdict,
    rule,
    ownEvidence: judged.evidence,
    ownValues: judged.ownValues,
    own,
    results: resultsOf(judged.suspect, named?.banks ?? []),
    banks: named?.banks ?? [],
    alternatives: others.slice(0, MOST_ALTERNATIVES).map(({ banks }) => resultsOf(judged.suspect, banks)),
    readings: found?.count ?? 0,
    searchedAll: found?.complete ?? true,
  };
}

/** Confirms a bundle if exactly one amount of own XP leaves a rest that banked XP within reach sums to. */
function confirm<S extends Suspect>(judged: Judged<S>, taken: ReadonlySet<string>, reach: "near" | "near+late") {
  const { suspect, ownValues } = judged;
  if (judged.isAllowed || doubtOf(judged) !== null) return null;
  const within = search(poolsOf(suspect, taken, reach), suspect.xp, ownValues);
  const owns = new Set(within.readings.map(({ own }) => own));
  const [own] = owns;
  if (own === undefined || owns.size > 1 || !within.complete) return null;
  // The wider search finds the same set first, since it searches the nearer pools first.
  const found = search(poolsOf(suspect, taken, "near+late"), suspect.xp, ownValues);
  return claimOf(judged, { verdict: "confirmed", rule: reach, own, found });
}

/** Less than confirmed: own XP is known, and banked XP is there or was lost, but no sum proves it. */
function probable<S extends Suspect>(judged: Judged<S>, taken: ReadonlySet<string>): BundleClaim<S> | null {
  const { suspect, ownValues, calibration, evidence } = judged;
  const largest = ownValues.at(-1);
  const doubt = doubtOf(judged);
  if (largest === undefined || doubt === "no-lift") return null;
  const found = search(poolsOf(suspect, taken, "near+late"), suspect.xp, ownValues);
  const [first] = found.readings;
  if (first !== undefined)
    return claimOf(judged, {
      verdict: "probable",
      rule: judged.isAllowed ? "formula-unsure" : (doubt ?? "own-ambiguous"),
      own: first.own,
      found,
    });
  if (!mayBundle(judged)) return null;
  if (suspect.near.some(isFree(taken)))
    return claimOf(judged, { verdict: "probable", rule: "no-exact-sum", own: largest, found });
  const lateBases = suspect.late.filter(isFree(taken)).map(({ base }) => base ?? 0n);
  const isLost = sumOf([suspect.zeroBase, ...lateBases]) >= suspect.xp - largest;
  return isLost && evidence !== "multiplier-table" && calibration.status === "holds"
    ? claimOf(judged, { verdict: "probable", rule: "failed-bank-write", own: largest, found })
    : null;
}

/** Most XP that any formula pays: base times the largest multiplier, rounded up. */
function mostOwn(base: Xp, tables: MultiplierTables): Xp {
  const multipliers = Object.values(tables).flat(2);
  return paid(
    base,
    multipliers.reduce((most, one) => (one > most ? one : most), 0n),
    "ceil",
  );
}

function suspected<S extends Suspect>(judged: Judged<S>, taken: ReadonlySet<string>): BundleClaim<S> | null {
  const { suspect, evidence } = judged;
  const { base, tables } = suspect.completion;
  if (base !== null && suspect.xp > mostOwn(base, tables))
    return claimOf(judged, { verdict: "suspected", rule: "above-base", own: null });
  const hosted = suspect.near.filter(isFree(taken)).filter((bank) => bank.hosted);
  const isAbove = hosted.length > 0 && suspect.xp > sumOf(hosted.map(({ xp }) => xp));
  return evidence === "unknown" && isAbove
    ? claimOf(judged, { verdict: "suspected", rule: "above-banked", own: null })
    : null;
}

/** What is known of a suspect before its banked XP is examined; null if it is innocent. */
function judged<S extends Suspect>(suspect: S, calibration: Calibration): Judged<S> | null {
  if (isInnocent(suspect, calibration)) return null;
  const formulas = keptFormulas(calibration);
  const allowed = allowedOwn(formulas, suspect.completion);
  const atMultiples = allowedAtMultiples(formulas, suspect.completion, suspect.multiples);
  const isAllowed = [...allowed, ...atMultiples].includes(suspect.xp);
  if (isAllowed && calibration.status === "holds") return null;
  const { evidence, values } = ownXp(suspect, allowed);
  return { suspect, calibration, allowed, isAllowed, evidence, ownValues: values };
}

/** The event by which the sender took back exactly what a claim says is too much; null where there is none, or it is taken. */
function compensationOf({ suspect, own }: BundleClaim, taken: ReadonlySet<string>): string | null {
  if (own === null) return null;
  const found = suspect.compensations.find(({ eventId, xp }) => xp === suspect.xp - own && !taken.has(eventId));
  return found?.eventId ?? null;
}

/**
 * Judges the suspects of one student, given by time, then id. Claims that need only banked XP near the event come first,
 * then those that need late XP, then the probable and the suspected ones; a bank write is in one claim only. What the sender
 * took back already is no claim.
 * docs/audit.md, "Verdicts".
 */
export function judgeStudent<S extends Suspect>(
  suspects: readonly S[],
  calibrationOf: (app: string | null) => Calibration,
): BundleClaim<S>[] {
  const open = suspects.flatMap((suspect) => judged(suspect, calibrationOf(suspect.app)) ?? []);
  const taken = new Set<string>();
  const settled = new Map<Judged<S>, BundleClaim<S> | null>();
  const settle = (one: Judged<S>, claim: BundleClaim<S>) => {
    const compensation = compensationOf(claim, taken);
    settled.set(one, compensation === null ? claim : null);
    for (const id of [...claim.banks, compensation ?? ""]) taken.add(id);
  };
  const make = (pass: (one: Judged<S>) => BundleClaim<S> | null) => {
    for (const one of open.filter((candidate) => !settled.has(candidate))) {
      const claim = pass(one);
      if (claim !== null) settle(one, claim);
    }
  };
  make((one) => confirm(one, taken, "near"));
  make((one) => confirm(one, taken, "near+late"));
  make((one) => probable(one, taken));
  make((one) => suspected(one, taken));
  return open.flatMap((one) => settled.get(one) ?? []);
}
