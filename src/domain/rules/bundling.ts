import type { Verdict } from "../findings/finding.js";
import { sumOf, type Xp } from "../values/xp.js";
import { type BankWrite, MOST_ALTERNATIVES, type Search, search } from "./banked-sums.js";
import { keptFormulas, lifts } from "./calibrate.js";
import type { Calibration } from "./calibration.js";
import { allowedAtMultiples } from "./day-multiples.js";
import type { Compensation } from "./judging/compensations.js";
import { allowedOwn, type Completion, FORMULAS, type MultiplierTables, paid } from "./own-xp.js";

/** An event whose XP may include other activities' XP, with everything its verdict depends on. docs/audit.md, "Bundled XP". */
export interface Suspect {
  eventId: string;
  app: string | null;
  xp: Xp;
  completion: Completion;
  /** XP of its own results. */
  ownResultXp: readonly Xp[];
  /** Banked XP near it and late after it, nearest first, without results linked to the event itself. */
  near: readonly BankWrite[];
  late: readonly BankWrite[];
  /** Base XP of the passive results at 0 since the previous exercise: what a failed bank write may have lost. */
  zeroBase: Xp;
  /** XP that the sender took back of it later, the earliest first. */
  compensations: readonly Compensation[];
  /** Whether the base of its activity is what it paid at the time of the event, and not only what it pays since. */
  isBaseKnown: boolean;
  /** What the app multiplied own XP by on that day, as at least two other students' quiet events show; in ten-thousandths. */
  multiples: readonly bigint[];
}

/** The source of an event's own XP, strongest first. */
export type OwnEvidence = "own-result" | "stored-multiplier" | "multiplier-table" | "unknown";

/** The rule by which a suspect was judged. */
export type BundleRule =
  | "near"
  | "near+late"
  | "formula-unsure"
  | "no-lift"
  | "day-multiple"
  | "base-later"
  | "own-ambiguous"
  | "no-exact-sum"
  | "failed-bank-write"
  | "above-base"
  | "above-banked";

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

interface Judged<S extends Suspect> {
  suspect: S;
  calibration: Calibration;
  /** What the kept formulas allow, and whether the event's XP is that, or a multiple of it that was paid on its day. */
  allowed: readonly Xp[];
  isAllowed: boolean;
  evidence: OwnEvidence;
  ownValues: readonly Xp[];
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

/** Why what is known of an event's own XP proves no bundle; null where it does. docs/audit.md, "What must also hold". */
function doubtOf(judged: Judged<Suspect>): BundleRule | null {
  const { evidence, calibration, ownValues, allowed } = judged;
  if (evidence !== "own-result") return doubtOfFormula(judged);
  if (lifts(calibration.ownResultLift)) return null;
  const isOfFormula = ownValues.every((own) => allowed.includes(own));
  return isOfFormula && doubtOfFormula(judged) === null ? null : "no-lift";
}

/** Why the formula proves nothing of an event's own XP; null where it does. */
function doubtOfFormula({ calibration, suspect }: Judged<Suspect>): BundleRule | null {
  if (calibration.status !== "holds" && calibration.status !== "presumed") return "formula-unsure";
  if (!lifts(calibration.lift)) return "no-lift";
  if (!suspect.isBaseKnown) return "base-later";
  return suspect.multiples.length > 0 ? "day-multiple" : null;
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

const SOME_BANKED = 5;

/** Whether the app may bundle: it does not where XP was banked beside several events, and made up the rest of none. */
function mayBundle({ evidence, calibration: { lift, ownResultLift } }: Judged<Suspect>): boolean {
  const { banked, explained } = evidence === "own-result" ? ownResultLift : lift;
  return explained > 0 || banked < SOME_BANKED;
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
