import { type Cents, number } from "../kit/cents.js";
import { utcDay } from "../kit/clock.js";
import { bundledXp, eventXp, type Plan } from "../lessons/plan.js";
import { lastIdentity } from "../school/people.js";
import type { World } from "../school/world.js";
import { coincides, ownEvidence, paysMore, seenBanks } from "./evidence.js";
import { type Aside, type Ledger, lastHome, type Played, type SentEvent } from "./records.js";

export type Verdict = "bundled" | "honest" | "undecidable";

/** What is true of one ActivityEvent, and what may be asked of who sees the files only. */
export interface Label {
  event: SentEvent;
  className: string;
  also: string[];
  verdict: Verdict;
  actually: "bundled" | "honest";
  eventXp: Cents;
  ownXp: Cents;
  parts: string[];
  evidence: string[];
  coincides: boolean;
  reason: string;
}

/** So many events of an app must show that it pays more by itself, before one that looks bundled can be cleared. */
const WITNESSES = 3;

/** A label for every ActivityEvent, in the order of the events' ids. */
export function labelsOf(world: World, ledger: Ledger): Label[] {
  const witnesses = countWitnesses(world, ledger);
  const labels = [
    ...ledger.played.map((played) => labelOf(world, played, witnesses.get(played.plan.lesson.app.slug) ?? 0)),
    ...ledger.asides.map(asideLabel),
  ];
  return labels.sort((a, b) => (a.event.id < b.event.id ? -1 : 1));
}

/** Per app: events that pay more than its first rule says, by what no banked XP of their lesson comes to. */
function countWitnesses(world: World, { played }: Ledger): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of played) {
    const { slug } = one.plan.lesson.app;
    if (paysMore(one.plan) && !coincides(world, one)) counts.set(slug, (counts.get(slug) ?? 0) + 1);
  }
  return counts;
}

function labelOf(world: World, played: Played, witnesses: number): Label {
  const { plan, event } = played;
  const looksOpposite = coincides(world, played);
  const carries = plan.isBundled && !plan.isTakenBack;
  const doubt = plan.isTakenBack ? null : doubtOf(world, played, looksOpposite, witnesses);
  const actually = carries ? "bundled" : "honest";
  return {
    event,
    className: classOf(plan),
    also: circumstances(plan),
    verdict: doubt === null ? actually : "undecidable",
    actually,
    eventXp: eventXp(plan),
    ownXp: carries ? eventXp(plan) - bundledXp(plan) : eventXp(plan),
    parts: partsOf(played),
    evidence: [...ownEvidence(world, played), ...(seenBanks(world, played).length > 0 ? ["bank"] : [])],
    coincides: looksOpposite,
    reason: doubt ?? plan.reason,
  };
}

/** Why nothing in the files decides; null where something does. */
function doubtOf(world: World, played: Played, looksOpposite: boolean, witnesses: number): string | null {
  const { plan } = played;
  const isTornApp = plan.lesson.app.bundles === "sometimes";
  if (plan.isBundled) return doubtOfBundle(world, played, isTornApp);
  if (isTornApp) return plan.watched.length > 0 && (plan.bonus === 0 || looksOpposite) ? plan.reason : null;
  if (paysMore(plan) && looksOpposite && witnesses < WITNESSES) return "too few events show that the app pays more";
  return null;
}

function doubtOfBundle(world: World, played: Played, isTornApp: boolean): string | null {
  if (seenBanks(world, played).length === 0) return `${played.plan.reason}: no file shows banked XP`;
  if (isTornApp) return played.plan.reason;
  return ownEvidence(world, played).length === 0 ? "nothing says what the exercise was worth" : null;
}

/** The case, or what the lesson was by itself, or what the office did to its student. */
function classOf({ className, isBundled, lesson, watched, attempt }: Plan): string {
  const { fate } = lesson.person;
  if (className !== "") return className;
  if (isBundled && lesson.slot.syncAt !== null) return "bundle-at-sync";
  if (isBundled) return movedBefore(lesson) ? "bundle-bank-moved" : "bundle";
  if (fate !== "stays") return fate;
  if (attempt > 1) return "retake";
  return watched.length > 0 ? "beside-banks" : "plain";
}

const movedBefore = ({ person, slot }: Plan["lesson"]): boolean =>
  slot.from < person.fateAt && (person.fate === "transfer-student" || person.fate === "results-moved");

/** What else may confuse: the student's fate, the device, the place, the day. */
function circumstances({ lesson }: Plan): string[] {
  const { person, loaner, slot } = lesson;
  const found: string[] = [];
  if (person.fate !== "stays") found.push(person.fate);
  if (loaner) found.push("substitute-device");
  if (slot.syncAt !== null) found.push("offline");
  if (slot.dayKind !== "school") found.push(`${slot.dayKind}-day`);
  return found;
}

/** The results whose XP is in the event: where they ended up. */
function partsOf({ plan, banks }: Played): string[] {
  if (!plan.isBundled) return [];
  const parts = banks.flatMap((bank, index) =>
    bank && (plan.watched[index]?.inEvent ?? 0) > 0 ? [lastHome(bank).id] : [],
  );
  return parts.sort();
}

const asideLabel = ({ event, className, reason }: Aside): Label => ({
  ...{ event, className, reason, also: [], verdict: "honest", actually: "honest", parts: [], evidence: [] },
  ...{ eventXp: event.xp ?? 0, ownXp: event.xp ?? 0, coincides: false },
});

/** The label as a member of `truth.json`. */
export const labelRow = ({ event, ...label }: Label): Record<string, unknown> => ({
  eventId: event.id,
  studentId: lastIdentity(event.lesson.person).userId,
  app: event.lesson.app.name,
  date: utcDay(event.at),
  class: label.className,
  also: label.also,
  verdict: label.verdict,
  actually: label.actually,
  eventXp: number(label.eventXp),
  ownXp: number(label.ownXp),
  excessXp: number(label.eventXp - label.ownXp),
  parts: label.parts,
  evidence: label.evidence,
  coincides: label.coincides,
  reason: label.reason,
});
