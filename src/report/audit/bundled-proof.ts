import { LosslessNumber } from "lossless-json";
import type { ListedFinding } from "../../domain/findings/listed-finding.js";
import { membersOf } from "./finding-listing.js";

type Members = Readonly<Record<string, unknown>>;
type Maybe<T> = T | null | undefined;

/** Reads a member of a finding; by hand, as zod would take a tenth of the time of `audit <email>`. @throws TypeError */
type Read<T> = (value: unknown, name: string) => T;

const read = <T>(members: Members, name: string, as: Read<T>): T => as(members[name], name);

function wrong(name: string): never {
  throw new TypeError(`the proof of a finding has an unexpected ${name}`);
}

const text: Read<string> = (value, name) => (typeof value === "string" ? value : wrong(name));
/** An amount becomes its decimal text. */
const amount: Read<string> = (value, name) => (value instanceof LosslessNumber ? value.value : wrong(name));
const object: Read<Members> = (value, name) =>
  typeof value === "object" && value !== null ? (value as Members) : wrong(name);
const maybe =
  <T>(as: Read<T>): Read<Maybe<T>> =>
  (value, name) =>
    value === null || value === undefined ? value : as(value, name);
const list =
  <T>(as: Read<T>): Read<T[]> =>
  (value, name) =>
    Array.isArray(value) ? value.map((one) => as(one, name)) : wrong(name);
/** A list that findings of older versions may lack. */
const listed =
  <T>(as: Read<T>): Read<T[]> =>
  (value, name) =>
    value === undefined ? [] : list(as)(value, name);

const OWN_FROM = ["own-result", "stored-multiplier", "multiplier-table", "unknown"] as const;

const named: Read<{ sourcedId: string }> = (value, name) => ({
  sourcedId: read(object(value, name), "sourcedId", text),
});

const result: Read<{ sourcedId: string; xp: string; activityId: Maybe<string>; title: Maybe<string> }> = (
  value,
  name,
) => {
  const members = object(value, name);
  return {
    sourcedId: read(members, "sourcedId", text),
    xp: read(members, "xp", amount),
    activityId: read(members, "activityId", maybe(text)),
    title: read(members, "title", maybe(text)),
  };
};

/** Numbers of events; findings of earlier rules have none. */
const lift: Read<{ quiet: string; overpaid: string; banked: string; explained: string }> = (value, name) => {
  const members = object(value, name);
  return {
    quiet: read(members, "quiet", amount),
    overpaid: read(members, "overpaid", amount),
    banked: read(members, "banked", amount),
    explained: read(members, "explained", amount),
  };
};

const calibration = (value: unknown, name: string) => {
  const members = object(value, name);
  return { lift: read(members, "lift", maybe(lift)), ownResultLift: read(members, "ownResultLift", maybe(lift)) };
};

function evidenceIn(members: Members) {
  return {
    activityId: read(members, "activityId", maybe(text)),
    activityName: read(members, "activityName", maybe(text)),
    attempt: read(members, "attempt", maybe(amount)),
    baseXp: read(members, "baseXp", maybe(amount)),
    correctQuestions: read(members, "correctQuestions", maybe(amount)),
    totalQuestions: read(members, "totalQuestions", maybe(amount)),
    ownFrom: OWN_FROM.find((one) => one === members.ownFrom) ?? "unknown",
    ownArithmetic: read(members, "ownArithmetic", maybe(text)),
    ownResults: read(members, "ownResults", listed(named)),
    zeroResults: read(members, "zeroResults", listed(named)),
    twins: read(members, "twins", listed(text)),
    calibration: read(members, "calibration", maybe(calibration)),
  };
}

function proofIn(members: Members) {
  return {
    eventId: read(members, "eventId", text),
    eventXp: read(members, "eventXp", amount),
    ownXp: read(members, "ownXp", maybe(amount)),
    excessXp: read(members, "excessXp", maybe(amount)),
    results: read(members, "results", list(result)),
    alternatives: read(members, "alternatives", list(list(text))),
    rule: read(members, "rule", text),
    evidence: evidenceIn(read(members, "evidence", object)),
  };
}

/** What the answer reads of a `bundled-xp` finding (docs/contracts.md, "Output"); amounts become decimal text. */
export type BundledProof = ReturnType<typeof proofIn>;

/** The proof of a finding of kind `bundled-xp`. */
export const bundledProof = (finding: ListedFinding): BundledProof => proofIn(membersOf(finding));
