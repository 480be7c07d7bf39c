import type { Amount } from "../amount.js";
import { hundredthsXp, wholeXp } from "../amount.js";
import { MINUTE, type Moment, SECOND } from "../moment.js";
import type { Rates, Span } from "../options.js";
import type { Stream } from "../random.js";
import type { App } from "../school/apps.js";
import type { SentEvent, World } from "../school/world.js";
import { bandOf, multiplierOf, ownXp } from "./own-xp.js";
import type { Session, Sitting } from "./sessions.js";

/** A sitting with its event; null if the app sends none. */
export interface Happening {
  session: Session;
  sitting: Sitting;
  /** XP of the sitting alone. */
  own: Amount;
  /** The multiplier that the app stores, in ten-thousandths. */
  multiplier: number;
  event: SentEvent | null;
  /** The same event again under other ids, within a minute. */
  twins: SentEvent[];
  /** Whether its result names its course. */
  resultSaysCourse: boolean;
}

/** Shared state for simulating one student. */
export interface Making {
  stream: Stream;
  world: World;
  rates: Rates;
  span: Span;
}

const ODD_MULTIPLIERS = [3_000, 7_000, 11_000, 20_000];
const BONUS_RATE = 0.4;
const BONUSES = [75, 140, 250, 1_000].map(hundredthsXp);
const QUARTER_MINUTES = 4;

/** The happenings of a session, its exercise first, in the order of time. */
export function happeningsOf(making: Making, session: Session): Happening[] {
  const sittings = session.exercise ? [session.exercise, ...session.others] : [];
  return sittings.map((sitting) => happening(making, session, sitting));
}

function happening(making: Making, session: Session, sitting: Sitting): Happening {
  const { stream, rates } = making;
  const { app, course } = session.enrolment;
  const { own, multiplier } = earned(stream, app, sitting);
  const saysCourse = (missing: boolean) => session.crowded || !missing;
  const event: SentEvent = {
    id: stream.uuid(),
    app,
    activity: sitting.activity,
    course,
    saysCourse: saysCourse(stream.chance(rates.missingCourse)),
    at: sitting.at,
    xp: own,
    questions: sitting.questions,
    attempt: app.attempts.event === null ? null : sitting.attempt - 1 + app.attempts.event,
  };
  return {
    session,
    sitting,
    own,
    multiplier,
    event: app.sends ? event : null,
    twins: twinsOf(making, session, event),
    resultSaysCourse: saysCourse(stream.chance(rates.missingCourse)),
  };
}

/** XP of a sitting by the app's rules, and the multiplier that the app stores. */
function earned(stream: Stream, app: App, { activity, questions, attempt, minutes }: Sitting) {
  const multiplier = multiplierOf(app.table, bandOf(questions), attempt);
  const own = ownXp(activity.base, multiplier, app.rounding);
  const bonus = stream.chance(BONUS_RATE) ? stream.pick(BONUSES) : 0;
  const odd = stream.pick(ODD_MULTIPLIERS);
  const quarters = stream.int(0, QUARTER_MINUTES - 1);
  if (app.pays === "formula") return { own, multiplier };
  if (app.pays === "bonus") return { own: own + bonus, multiplier };
  if (app.pays === "minutes") return { own: wholeXp(minutes), multiplier: odd };
  return { own: hundredthsXp(questions.correct * 70 + quarters * 25), multiplier };
}

/** No twins before a retake if attempts must be counted from earlier events: any reader would miscount them. */
function twinsOf({ stream, rates }: Making, session: Session, event: SentEvent): SentEvent[] {
  const twin = { ...event, id: stream.uuid(), at: event.at + stream.int(SECOND, MINUTE - 10 * SECOND) };
  const isCounted = event.app.attempts.event === null && session.others.some(({ attempt }) => attempt > 1);
  return stream.chance(rates.twin) && event.app.sends && !isCounted && session.decoy === null ? [twin] : [];
}

/** Whether no exercise that could host or claim a bank write happens around that moment. */
export const isQuietAround = (exercises: readonly Moment[], at: Moment): boolean =>
  !exercises.some((exercise) => exercise >= at - 11 * SECOND && exercise <= at + 16 * MINUTE);
