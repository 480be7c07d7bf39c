import type { Cents } from "../kit/cents.js";
import { instant, type Moment } from "../kit/clock.js";
import type { Dice } from "../kit/dice.js";
import type { Ledger, Result, SentEvent, Version } from "../ledger/records.js";
import type { World } from "../school/world.js";
import type { Resource } from "../vendors/catalogue.js";
import { factorOf, sheetOf } from "../vendors/pay.js";
import { bankVersions } from "./bank-writes.js";
import { knownAs, writtenAs } from "./known-as.js";
import { eventXp, type Lesson, type Plan, type Watched } from "./plan.js";

type Send = (event: Partial<SentEvent>) => SentEvent;

/** Sends and writes what a plan leads to. */
export function perform(world: World, ledger: Ledger, plan: Plan, dice: Dice): void {
  const { lesson, unit, finishedAt, activeSeconds } = plan;
  const skew = lesson.loaner?.skew ?? 0;
  const runId = lesson.app.tellsTime ? dice.uuid() : null;
  const send: Send = (event) => {
    const whole = eventOf(world, lesson, dice, { at: finishedAt + skew, resource: unit.exercise, ...event });
    ledger.events.push(whole);
    return whole;
  };
  if (runId !== null) send({ type: "time", runId, seconds: activeSeconds });
  const event = send({
    ...{ runId, xp: eventXp(plan), attempt: lesson.loaner ? null : plan.attempt },
    answers: lesson.app.tellsQuestions ? plan.answers : null,
  });
  const own = ownResult(world, plan, event, dice);
  const banks = plan.watched.map((one) => bankResult(world, ledger, plan, one, { send, dice }));
  ledger.results.push(...[own, ...banks].filter((result) => result !== null));
  ledger.played.push({ plan, event, own, banks });
  for (const { at, xp, className, reason } of plan.aftercare) {
    ledger.asides.push({ event: send({ at: at + skew, xp }), className, reason });
  }
}

function bankResult(
  world: World,
  ledger: Ledger,
  plan: Plan,
  one: Watched,
  { send, dice }: { send: Send; dice: Dice },
): Result | null {
  const event = passiveEvent(world, ledger, plan, one, send);
  const versions = bankVersions(world, plan, one);
  if (versions.length === 0) return null;
  return { ...resultOf(world, plan.lesson, one.resource, one.watchedAt, dice), event, versions };
}

function eventOf(
  world: World,
  lesson: Lesson,
  dice: Dice,
  given: Partial<SentEvent> & { at: Moment; resource: Resource },
): SentEvent {
  const { userId, email } = knownAs(lesson.person, lesson.app, given.at);
  const { syncAt } = lesson.slot;
  const sendAt = syncAt !== null && syncAt > given.at ? syncAt : given.at;
  return {
    ...{ id: dice.uuid(), type: "activity", lesson, userId, email },
    ...{ attempt: null, answers: null, xp: null, runId: null, seconds: null },
    arrivesAt: sendAt + dice.between(800, 20_000),
    courseId: courseIdAt(world, lesson, given.at),
    ...given,
  };
}

const courseIdAt = ({ moments }: World, { course }: Lesson, at: Moment): string =>
  course.ids[at >= moments.rollover ? 1 : 0];

/** Time and, where the app has them, events of a video or article. Answers its ActivityEvent. */
function passiveEvent(
  world: World,
  ledger: Ledger,
  { lesson }: Plan,
  { resource, seconds, watchedAt, bankedAt, pays }: Watched,
  send: Send,
): SentEvent | null {
  const { app } = lesson;
  const runId = `${resource.id}-${world.options.seed}-${lesson.person.index}`;
  if (app.tellsTime) send({ type: "time", at: watchedAt, resource, seconds, runId });
  if (app.passiveEvents === "none") return null;
  const isPaid = app.passiveEvents === "paid";
  const xp: Cents | null = isPaid ? pays : null;
  const event = send({ at: isPaid ? bankedAt : watchedAt, resource, runId, xp });
  const reason = isPaid ? "the app tells banked XP by an event too" : "the app tells what was watched, without XP";
  ledger.asides.push({ event, className: `passive-${app.passiveEvents}`, reason });
  return event;
}

function resultOf(world: World, lesson: Lesson, resource: Resource, at: Moment, dice: Dice): Result {
  const term = at >= world.moments.rollover ? "_s2" : "";
  const { lineItems, slug } = lesson.app;
  return {
    ...{ id: `${slug}-${dice.uuid()}`, role: "bank", event: null, person: lesson.person, app: lesson.app },
    ...{ courseId: courseIdAt(world, lesson, at), resource, versions: [], movedTo: null },
    lineItemId: lineItems === "named" ? `${resource.id}_ali${term}` : `li-${resource.id}${term}`,
  };
}

function ownResult(world: World, plan: Plan, event: SentEvent, dice: Dice): Result | null {
  const { app } = plan.lesson;
  const result = resultOf(world, plan.lesson, plan.unit.exercise, plan.finishedAt, dice);
  if (app.ownResult === "none") return null;
  if (app.ownResultNames === "caliper-id") result.id = `caliper_${event.id}`;
  return { ...result, role: "own", event, versions: [ownVersion(world, plan, event)] };
}

function ownVersion(world: World, plan: Plan, event: SentEvent): Version {
  const { lesson, answers, attempt, finishedAt, resultAt } = plan;
  const { app } = lesson;
  const sheet = sheetOf(app, finishedAt >= world.moments.half);
  const score = Math.floor((answers.correct * 100) / answers.total);
  const shown = { own: plan.own, total: eventXp(plan), score: null, none: null }[app.ownResult];
  return {
    at: resultAt,
    status: "active",
    studentId: writtenAs(lesson.person, app, resultAt).userId,
    xp: shown,
    score,
    scoreAt: resultAt,
    scoreDay: plan.resultDay,
    metadata: {
      ...(app.ownResult === "own" && app.pays === "table"
        ? { multiplier: factorOf(sheet, answers, attempt) / 1000 }
        : {}),
      ...(app.tellsQuestions
        ? { accuracy: score, totalQuestions: answers.total, correctQuestions: answers.correct }
        : {}),
      ...{ attempt, courseSourcedId: event.courseId, subject: app.subject, appName: app.name },
      ...(plan.resultTellsEnd ? { endedAt: instant(finishedAt) } : {}),
      ...(app.ownResultNames === "related" ? { relatedCaliperEvents: [`urn:uuid:${event.id}`] } : {}),
    },
  };
}
