import { type Amount, sumOf } from "../amount.js";
import { HOUR, MINUTE, type Moment, SECOND } from "../moment.js";
import { count, type Result } from "../school/world.js";
import { bundleOf } from "./bundle.js";
import { type Happening, isQuietAround, type Making } from "./happenings.js";
import { type Banking, passiveEvent, passiveResult } from "./passive-results.js";
import type { Session, Watch } from "./sessions.js";

const IS_EARNED = 0.92;
const ASSIGNED_ANYWAY = 0.3;
const UNSEEN_RISE = 0.01;
const LATE_TRIES = 30;
const LATE_PART = 0.6;
const JUST_BEFORE = 0.1;
const SOON = 8_900;

/** A watch, and how it is banked. */
interface Banked {
  watch: Watch;
  at: Moment | null;
  /** Its XP is inside the exercise's event. */
  isInside: boolean;
  /** The bank write failed, so the XP is only inside the event. */
  failed: boolean;
}

/** Banks a session's watches, bundles their XP if the app does, and adds the results to the world. */
export function bankSession(
  making: Making,
  session: Session,
  exercise: Happening | null,
  exercises: readonly Moment[],
): void {
  const banked = plan(making, session, exercise, exercises);
  const inside = banked.map((one) => bankOne(making, session, one)).filter(({ isInside }) => isInside);
  for (const { at } of banked) if (exercise && at !== null) count(making.world, bankingTime(at - exercise.sitting.at));
  if (!exercise?.event) return;
  if (inside.length > 0) {
    const isRiseUnseen = inside.some(({ isUnseen }) => isUnseen);
    const isWhole = inside.length === banked.filter(({ at, failed }) => at !== null || failed).length;
    count(making.world, isWhole ? "bundledInFull" : "bundledInPart");
    making.world.bundles.push(bundleOf(exercise, exercise.event, { parts: inside, isRiseUnseen }));
  }
  noteDecoy(making, exercise, banked);
}

/** A passive result as a possible part of a bundle. */
interface Left {
  result: Result;
  xp: Amount;
  failed: boolean;
  isInside: boolean;
  /** Whether neither a rise in its XP nor a reason shows that it was banked. */
  isUnseen: boolean;
}

function bankOne(making: Making, session: Session, one: Banked): Left {
  const { world, span } = making;
  const { watch, at, isInside, failed } = one;
  const banking = bankingOf(making, session, one);
  const result = passiveResult(making, session, watch, banking);
  world.results.push(result);
  result.event = passiveEvent(making, session, watch, at);
  if (result.event) world.events.push(result.event);
  if (failed) count(world, "failedBankWrite");
  if (at !== null && !banking.saysReason) count(world, "bankedWithoutReason");
  if (at !== null && result.event?.xp) count(world, "bankedWithEvent");
  const isUnseen = !banking.saysReason && at !== null && at <= span.readings[0];
  return { result, xp: watch.worth, failed, isInside, isUnseen };
}

function plan(making: Making, session: Session, exercise: Happening | null, exercises: readonly Moment[]): Banked[] {
  const { stream, rates } = making;
  const isPlain = session.decoy !== null;
  const earned = session.watches.filter(() => stream.chance(IS_EARNED) || isPlain);
  const inside = exercise && !isPlain ? insideOf(making, session, earned) : [];
  const failing = stream.chance(rates.failedBank) ? stream.some(inside, stream.int(1, Math.max(1, inside.length))) : [];
  const time = timing(making, session, exercise, exercises);
  return session.watches.map((watch) => {
    const failed = failing.includes(watch);
    const at = earned.includes(watch) ? time(watch) : null;
    return { watch, at: failed ? null : at, isInside: inside.includes(watch), failed };
  });
}

/** The watches bundled into the exercise's event: all that are banked, or some. */
function insideOf({ stream, rates }: Making, { enrolment }: Session, earned: readonly Watch[]): readonly Watch[] {
  const bundles = stream.chance(rates.bundle);
  const isPartial = stream.chance(rates.partial);
  if (!enrolment.app.bundles || !bundles) return [];
  return isPartial && earned.length > 1 ? stream.some(earned, stream.int(1, earned.length - 1)) : earned;
}

/** When the bank writes of a session happen: with the exercise, up to 14 minutes before it, or up to 20 hours later. */
function timing(
  { stream, rates }: Making,
  session: Session,
  exercise: Happening | null,
  exercises: readonly Moment[],
): (watch: Watch) => Moment {
  const mayWander = session.decoy === null && !session.crowded;
  const isLate = stream.chance(rates.late) && mayWander;
  const isEarly = stream.chance(rates.early) && mayWander;
  if (!exercise) return ({ to }) => to + SECOND + stream.int(0, SOON);
  const { at } = exercise.sitting;
  const withExercise = () => at + (stream.chance(mayWander ? JUST_BEFORE : 0) ? -1 : 1) * stream.int(0, SOON);
  if (isLate) return () => (stream.chance(LATE_PART) ? lateMoment(stream, exercises, at) : undefined) ?? withExercise();
  if (isEarly) return ({ to }) => stream.int(Math.max(to + SECOND, at - 14 * MINUTE), at - SECOND);
  return withExercise;
}

function lateMoment(stream: Making["stream"], exercises: readonly Moment[], after: Moment): Moment | undefined {
  for (let tries = 0; tries < LATE_TRIES; tries += 1) {
    const at = after + (stream.chance(0.5) ? stream.int(MINUTE, HOUR) : stream.int(HOUR, 20 * HOUR));
    if (isQuietAround(exercises, at)) return at;
  }
  return undefined;
}

/** Without a reason, only a reading at 0 before one with XP proves the banking; rarely both are absent. */
function bankingOf({ stream, rates, span }: Making, session: Session, { at }: Banked): Banking {
  const isMute = stream.chance(rates.missingReason);
  const goesUnseen = stream.chance(UNSEEN_RISE);
  const isAssigned = stream.chance(ASSIGNED_ANYWAY);
  const missesCourse = stream.chance(rates.missingCourse);
  const mayRise = at !== null && at > span.readings[0];
  const saysReason = !(isMute && (mayRise || goesUnseen));
  return {
    at,
    saysReason,
    saysCourse: session.crowded || !missesCourse,
    isAssigned: isAssigned || !saysReason || session.enrolment.app.bankClock === "modified",
  };
}

function bankingTime(after: number): "bankedEarly" | "bankedLate" | "bankedWithExercise" {
  if (after < -10 * SECOND) return "bankedEarly";
  return after > 10 * SECOND ? "bankedLate" : "bankedWithExercise";
}

/** Notes honest events near banked XP that a careless check would take for bundles. */
function noteDecoy({ world }: Making, { session, event, own }: Happening, banked: readonly Banked[]): void {
  if (!event) return;
  const beside = banked.filter(({ at, isInside }) => at !== null && !isInside);
  if (beside.length === 0 || beside.length < banked.length) return;
  const isEqual = own > 0 && own === sumOf(beside.map(({ watch }) => watch.worth));
  const odd = event.app.pays === "formula" ? null : "own-rules-beside-banked";
  const kind = odd ?? (isEqual ? "own-equals-banked" : session.decoy);
  if (kind !== null && kind !== "quiz-after-banking") world.decoys.push({ event, kind });
}
