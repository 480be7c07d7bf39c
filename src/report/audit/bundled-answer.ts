import type { ListedFinding } from "../../domain/findings/listed-finding.js";
import { numberToken } from "../formats/fields.js";
import { type BundledProof, bundledProof } from "./bundled-proof.js";

type Part = BundledProof["results"][number];

const nameOf = ({ title, activityId, sourcedId }: Part): string => title ?? activityId ?? sourcedId;

/** `a`, `a and b`, `a, b and c`. */
const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

/** The name of the event's activity. */
const activityOf = ({ evidence: { activityName, activityId } }: BundledProof): string =>
  `"${activityName ?? activityId ?? "an exercise without a name"}"`;

const senderOf = ({ app }: ListedFinding): string => app ?? "an app without a name";

/** `9 = 3 own + 5 (Ratios: the video) + 1 (Ratios: the article)`. */
function sum({ eventXp, ownXp, results }: BundledProof): string {
  const parts = results.map((part) => `${part.xp} (${nameOf(part)})`);
  return `${eventXp} = ${[`${ownXp ?? "?"} own`, ...parts].join(" + ")}`;
}

/** Where the other parts are counted, the second half of the proof. */
function elsewhere({ results, excessXp }: BundledProof, { pending, inflation }: ListedFinding): string {
  const parts = upperFirst(listed(results.map(({ xp }) => `the ${xp}`)));
  const [are, own] = results.length > 1 ? ["are", "results of their own"] : ["is", "a result of its own"];
  if (pending) return `${parts} ${are} not counted through ${own} yet: nothing is inflated today, but it will be.`;
  if (numberToken(inflation) !== excessXp)
    return `${numberToken(inflation)} of these ${excessXp} XP are already counted, through ${own}.`;
  return `${parts} ${are} already counted, through ${own}.`;
}

const upperFirst = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

/** How the exercise's own XP is known. */
function ownProof({ ownXp, evidence }: BundledProof): string[] {
  const { ownFrom, ownArithmetic, correctQuestions, totalQuestions, attempt } = evidence;
  if (ownFrom === "unknown") return ["It is not known what the exercise itself pays."];
  if (!ownXp) return [];
  if (ownFrom === "own-result") return [`${ownXp} is the XP in the exercise's own result.`];
  const multiplier = ownFrom === "stored-multiplier" ? "the multiplier stored in its result" : "the multiplier";
  const right =
    totalQuestions && correctQuestions ? ` for ${correctQuestions} of ${totalQuestions} questions right` : "";
  const tried = attempt ? ` on attempt ${attempt}` : "";
  const arithmetic = ownArithmetic ? `: ${ownArithmetic}` : "";
  return [`${ownXp} is what the exercise itself pays, base XP times ${multiplier}${right}${tried}${arithmetic}.`];
}

type Why = (finding: ListedFinding, proof: BundledProof) => string[];

const reported = (finding: ListedFinding, proof: BundledProof): string =>
  `${senderOf(finding)} reported ${proof.eventXp} XP for ${activityOf(proof)}`;

const summed =
  (sure: string, but: readonly string[] = []): Why =>
  (finding, proof) => [`${reported(finding, proof)}: ${sure}${sum(proof)}.`, elsewhere(proof, finding), ...but];

const unsummed =
  (...but: string[]): Why =>
  (finding, proof) => [
    `${reported(finding, proof)}${proof.ownXp ? `, of which at most ${proof.ownXp} can be its own` : ""}.`,
    ...but,
  ];

/** More than the activity can pay at all. */
const aboveBase: Why = (finding, proof) => [
  ...unsummed()(finding, proof),
  `That is more than it can pay${proof.evidence.baseXp ? ` (its base XP is ${proof.evidence.baseXp})` : ""}, and no stored record explains it. It may be by design.`,
];

/** Why an event is a finding, by the rule of its verdict; doubt is expressed. docs/audit.md, "Verdicts". */
const WHY: Readonly<Record<string, Why>> = {
  near: summed(""),
  "near+late": summed("", ["Some of it was banked only later, up to a day after the event."]),
  "formula-unsure": summed("probably ", [
    "Not proven: it is not certain which formula this app uses for this exercise.",
  ]),
  "day-multiple": summed("probably ", [
    "Not proven: on that day the app paid other students a multiple of their usual XP.",
  ]),
  "base-later": summed("probably ", [
    "Not proven: what the exercise pays was set after the event, and nothing shows what it paid before.",
  ]),
  "own-ambiguous": summed("probably ", ["Not proven: other amounts of own XP would fit the banked XP too."]),
  "no-exact-sum": unsummed(
    "Probably bundled, not proven: XP was banked around the same time, but no combination of it accounts for exactly the rest.",
  ),
  "failed-bank-write": unsummed(
    "Probably bundled, not proven: the rest looks like the XP of activities whose own results are at 0, as after a failed write.",
  ),
  "above-base": aboveBase,
  "above-banked": unsummed("That is more than the XP banked with it, which it may include. It may be by design."),
};

/** Why a bundled event is a finding, in sentences to be read out: the sum, where the rest is counted, how that is known. */
export function bundledWhy(finding: ListedFinding): string[] {
  const proof = bundledProof(finding);
  const why = WHY[proof.rule] ?? (() => [finding.summary]);
  return [...why(finding, proof), ...ownProof(proof), ...otherCauses(finding, proof), ...alternatives(proof)];
}

/** What else could have made the event's XP, and what speaks for it: nothing, or the claim would not be confirmed. */
function otherCauses({ verdict }: ListedFinding, { evidence: { ownFrom, calibration } }: BundledProof): string[] {
  const lift = ownFrom === "own-result" ? calibration?.ownResultLift : calibration?.lift;
  if (verdict !== "confirmed" || lift == null) return [];
  const without = lift.quiet === "0" ? "none without tells" : `in ${lift.overpaid} of ${lift.quiet} without`;
  const bonus = `a bonus (this app pays more in ${lift.explained} of ${lift.banked} exercises with XP banked beside them, ${without})`;
  return [
    ownFrom === "own-result"
      ? `Nothing suggests ${bonus}.`
      : `Nothing suggests ${bonus}, a day of multiplied XP, or a base XP that was changed later.`,
  ];
}

function alternatives({ alternatives: others }: BundledProof): string[] {
  if (others.length === 0) return [];
  const choices = others.length === 1 ? "Another combination" : `${others.length} other combinations`;
  return [`${choices} of banked results would give the same sum.`];
}

/** What to do about the event. */
export function bundledTodo(finding: ListedFinding): string {
  const proof = bundledProof(finding);
  const event = `the event for ${activityOf(proof)}${finding.date === null ? "" : ` of ${finding.date}`}`;
  if (finding.verdict !== "confirmed")
    return `Review ${event}: it is corrected only if a person names it (event ${proof.eventId}).`;
  return `Correct ${event}: it should count ${proof.ownXp ?? "less"} instead of ${proof.eventXp}.${
    finding.pending ? "" : ` Today ${numberToken(finding.inflation)} XP are counted twice.`
  }`;
}

/** The ids behind the finding, for the engineer. */
export function bundledIds(finding: ListedFinding): string {
  const { eventId, results, evidence } = bundledProof(finding);
  const groups: [string, readonly string[]][] = [
    ["event", [eventId]],
    ["banked results", results.map(({ sourcedId }) => sourcedId)],
    ["own results", evidence.ownResults.map(({ sourcedId }) => sourcedId)],
    ["results at 0", evidence.zeroResults.map(({ sourcedId }) => sourcedId)],
    ["twins", evidence.twins],
  ];
  return groups
    .filter(([, ids]) => ids.length > 0)
    .map(([name, ids]) => `${name} ${ids.join(", ")}`)
    .join("; ");
}
