import type { Amount } from "../amount.js";
import { DAY, HOUR, instantText, type Moment } from "../moment.js";
import { lineItemOf, xpMember } from "../school/line-items.js";
import type { Result, SentEvent, State } from "../school/world.js";
import type { Making } from "./happenings.js";
import type { Session, Watch } from "./sessions.js";

/** When and how a video or article is banked; `at` is null if never. */
export interface Banking {
  at: Moment | null;
  saysReason: boolean;
  saysCourse: boolean;
  /** The result exists, at XP 0, before the activity is watched. */
  isAssigned: boolean;
}

/** The result of a video or article with its states: assigned, watched, banked. */
export function passiveResult(making: Making, session: Session, watch: Watch, banking: Banking): Result {
  const { app, course } = session.enrolment;
  const { student } = making.world;
  const { activity } = watch;
  const metadata = {
    ...(banking.saysCourse ? { courseSourcedId: course.id } : {}),
    subject: course.subject,
    appName: app.name,
  };
  const states: State[] = [];
  const assignedAt = making.span.start - 2 * DAY + making.stream.int(0, 20 * HOUR);
  if (banking.isAssigned)
    states.push({
      at: assignedAt,
      status: "active",
      xp: 0,
      scoreDate: assignedAt,
      score: null,
      scoreStatus: "not submitted",
      metadata: { ...metadata, [app.xpKey]: xpMember(app, 0) },
    });
  const nice_timeSpent = Math.round((watch.to - watch.from) / 1_000);
  states.push({
    at: watch.to + making.stream.int(0, 900),
    status: "active",
    xp: 0,
    scoreDate: watch.to,
    score: 100,
    scoreStatus: "submitted",
    metadata: { ...metadata, nice_timeSpent, [app.xpKey]: xpMember(app, 0) },
  });
  const result: Result = {
    id: `${app.slug}_result_${student.id}_${activity.key}`,
    app,
    lineItem: lineItemOf(app, activity, { isPassive: true }),
    states,
    event: null,
  };
  if (banking.at !== null) bank(making, result, { ...banking, at: banking.at, worth: watch.worth, metadata });
  return result;
}

interface BankWrite extends Omit<Banking, "at"> {
  at: Moment;
  worth: Amount;
  metadata: Record<string, unknown>;
}

/**
 * Adds the banked state. If no other field holds its time, the row's date is exact; if no earlier reading shows a rise, the score
 * date is.
 */
function bank({ stream, span }: Making, result: Result, write: BankWrite): void {
  const { app, states } = result;
  const watched = states.at(-1);
  if (!watched) return;
  const delay = stream.int(0, 80);
  const isSeenRising = write.isAssigned && write.at > span.readings[0];
  const datesScore = app.bankClock === "score-date" || (app.bankClock === "modified" && !isSeenRising);
  states.push({
    ...watched,
    at: write.at + (app.bankClock === "completed-at" ? delay : 0),
    xp: write.worth,
    scoreDate: datesScore ? write.at : watched.scoreDate,
    scoreStatus: "fully graded",
    metadata: {
      ...watched.metadata,
      [app.xpKey]: xpMember(app, write.worth),
      ...(write.saysReason ? { xpReason: "Banked XP" } : {}),
      ...(app.bankClock === "completed-at" ? { completedAt: instantText(write.at) } : {}),
    },
  });
}

/** The ActivityEvent of a video or article: with XP when banked, or without XP when watched. */
export function passiveEvent(
  making: Making,
  session: Session,
  watch: Watch,
  bankedAt: Moment | null,
): SentEvent | null {
  const { stream } = making;
  const { app, course } = session.enrolment;
  const id = stream.uuid();
  const saysCourse = session.crowded || !stream.chance(making.rates.missingCourse);
  const unpaid = stream.chance(0.5) ? 0 : null;
  if (app.passiveEvents === "none" || (app.passiveEvents === "at-bank" && bankedAt === null)) return null;
  const isPaid = app.passiveEvents === "at-bank" && bankedAt !== null;
  return {
    id,
    app,
    activity: watch.activity,
    course,
    saysCourse,
    at: isPaid ? bankedAt : watch.to,
    xp: isPaid ? watch.worth : unpaid,
    questions: null,
    attempt: null,
  };
}
