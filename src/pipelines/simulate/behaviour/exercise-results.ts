import { LosslessNumber } from "lossless-json";
import { type Amount, amountText } from "../amount.js";
import { instantText, SECOND } from "../moment.js";
import type { App } from "../school/apps.js";
import { lineItemOf, xpMember } from "../school/line-items.js";
import { count, type Result, type SentEvent, type State } from "../school/world.js";
import type { Happening, Making } from "./happenings.js";

const CHILDREN = 0.15;
const LINK_DELAY = 5 * SECOND;
const CHILD_XP: Amount = 10_000;

/** The results of a session's exercise and quiz: one row for each attempt, or one that retakes overwrite. */
export function resultsOf(making: Making, happenings: readonly Happening[]): Result[] {
  const rows = new Map<string, { result: Result; events: SentEvent[] }>();
  const children: Result[] = [];
  for (const happening of happenings) {
    const { app } = happening.session.enrolment;
    const write = writeOf(making, happening);
    if (app.result === "absent") continue;
    const id = idOf(making, happening);
    const known = rows.get(id);
    const events = [...(known?.events ?? []), ...(happening.event ? [happening.event] : [])];
    const result = known?.result ?? newResult(happening, id);
    const state = write(events);
    result.states.push(state);
    result.event = linkedEvent(happening, state);
    rows.set(id, { result, events });
    if (happening.sitting.activity.kind === "quiz" && making.stream.chance(CHILDREN))
      children.push(...childrenOf(result));
  }
  count(making.world, "childResult", children.length);
  return [...[...rows.values()].map(({ result }) => result), ...children];
}

/** The event that the result links to: under rule L2 a twin, if it is nearer (docs/facts.md, "Links"). */
function linkedEvent({ event, twins, session }: Happening, { scoreDate }: State): SentEvent | null {
  if (!event || !session.enrolment.app.link.startsWith("L2")) return event;
  const distance = ({ at }: SentEvent) => Math.abs(at - scoreDate);
  const [nearest] = [event, ...twins].sort((a, b) => distance(a) - distance(b) || (a.id < b.id ? -1 : 1));
  return nearest ?? event;
}

function idOf({ world }: Making, { event, sitting, session }: Happening): string {
  const { app } = session.enrolment;
  if (app.link === "L1" && event) return `caliper_${event.id}`;
  const id = `${app.slug}_result_${world.student.id}_${sitting.activity.key}`;
  return app.retakes === "attempts" ? `${id}_${sitting.attempt}` : id;
}

const newResult = ({ sitting, session, event }: Happening, id: string): Result => ({
  id,
  app: session.enrolment.app,
  lineItem: lineItemOf(session.enrolment.app, sitting.activity, { isPassive: false }),
  states: [],
  event,
});

/** The state that a sitting writes to its result. Random choices are drawn at once, whether or not they are used. */
function writeOf({ stream }: Making, happening: Happening): (events: readonly SentEvent[]) => State {
  const { session, sitting } = happening;
  const { app } = session.enrolment;
  const delay = stream.int(0, LINK_DELAY);
  const saysEnd = stream.chance(0.5);
  const byEnd = app.link === "L3" && saysEnd;
  const scoreDate = sitting.at + (app.link === "L3" && !byEnd ? 0 : delay);
  const { total, correct } = sitting.questions;
  return (events) => ({
    at: sitting.at + delay,
    status: "active",
    xp: xpOf(app, happening),
    scoreDate,
    score: Math.floor((correct * 100) / total),
    scoreStatus: "fully graded",
    metadata: {
      ...xpMetadata(app, happening),
      totalQuestions: total,
      correctQuestions: correct,
      accuracy: Math.floor((correct * 100) / total),
      ...(app.attempts.result === null ? {} : { attempt: sitting.attempt - 1 + app.attempts.result }),
      ...(byEnd || (app.link !== "L3" && saysEnd) ? { endedAt: instantText(sitting.at) } : {}),
      ...(happening.resultSaysCourse ? { courseSourcedId: session.enrolment.course.id } : {}),
      subject: session.enrolment.course.subject,
      appName: app.name,
      ...linkMetadata(app, events),
    },
  });
}

function xpOf(app: App, { event, own }: Happening): Amount | null {
  if (app.result === "no-xp") return null;
  return app.result === "total" && event ? event.xp : own;
}

function xpMetadata(app: App, happening: Happening): Record<string, unknown> {
  const xp = xpOf(app, happening);
  return {
    ...(xp === null ? {} : { [app.xpKey]: xpMember(app, xp) }),
    ...(app.storesMultiplier ? { multiplier: new LosslessNumber(amountText(happening.multiplier)) } : {}),
  };
}

function linkMetadata(app: App, events: readonly SentEvent[]): Record<string, unknown> {
  if (app.link === "L1-caliper-id") return { caliperSourcedId: `urn:uuid:${events.at(-1)?.id}` };
  return app.link === "L1-related" ? { relatedCaliperEvents: events.map(({ id }) => `urn:uuid:${id}`) } : {};
}

/** Results of single questions: their line items are children, so their XP never counts. */
function childrenOf(quiz: Result): Result[] {
  return [1, 2].map((question) => ({
    ...quiz,
    id: `${quiz.id}_q${question}`,
    lineItem: {
      ...quiz.lineItem,
      id: quiz.lineItem.id.replace(/(_ali)?$/, `-q${question}$1`),
      parent: quiz.lineItem.id,
    },
    states: quiz.states.map((state) => ({
      ...state,
      xp: CHILD_XP,
      metadata: { [quiz.app.xpKey]: xpMember(quiz.app, CHILD_XP), appName: quiz.app.name },
    })),
    event: null,
  }));
}
