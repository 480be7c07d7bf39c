import { number } from "../kit/cents.js";
import { instant } from "../kit/clock.js";
import { Dice } from "../kit/dice.js";
import type { SentEvent } from "../ledger/records.js";
import type { Habits } from "../vendors/habits.js";

const CONTEXT = "http://purl.imsglobal.org/ctx/caliper/v1p2";
const ROSTER = "https://roster.district.example/ims/oneroster";

/**
 * Lines of `events.ndjson` in the order in which the gateway has them. What one sensor sends within the same few
 * seconds is one envelope; loaned devices send bare events, and one line in nine is an event as the API gives it back.
 */
export function* eventLines(seed: number, events: readonly SentEvent[]): Generator<string> {
  const dice = new Dice(seed, "gateway");
  const waiting = [...events].sort((a, b) => a.arrivesAt - b.arrivesAt || (a.id < b.id ? -1 : 1));
  for (let from = 0; from < waiting.length; ) {
    const [first, ...others] = waiting.slice(from, from + 5);
    if (!first) return;
    const length = 1 + others.findIndex((event, index) => index === others.length - 1 || !isWith(first, event));
    const batch = waiting.slice(from, from + Math.max(1, length));
    from += batch.length;
    yield `${JSON.stringify(lineOf(dice, first, batch, from))}\n`;
  }
}

const isWith = (first: SentEvent, { lesson, arrivesAt }: SentEvent): boolean =>
  lesson.app === first.lesson.app && !lesson.loaner && !first.lesson.loaner && arrivesAt - first.arrivesAt < 30_000;

function lineOf(dice: Dice, first: SentEvent, batch: readonly SentEvent[], number: number): unknown {
  const records = batch.map(recordOf);
  const isStored = dice.oneIn(9);
  if (batch.length === 1 && first.lesson.loaner) return records[0];
  if (batch.length === 1 && isStored) return { ...records[0], id: 90_000 + number, externalId: records[0]?.id };
  return {
    sensor: `https://sensors.${first.lesson.app.slug}.example/v2`,
    sendTime: instant(Math.max(...batch.map(({ arrivesAt }) => arrivesAt))),
    dataVersion: CONTEXT,
    data: records,
  };
}

function recordOf(event: SentEvent): Record<string, unknown> {
  const { app } = event.lesson;
  const isTime = event.type === "time";
  return {
    "@context": CONTEXT,
    id: `urn:uuid:${event.id}`,
    type: isTime ? "TimeSpentEvent" : "ActivityEvent",
    profile: "TimebackProfile",
    actor: actorOf(event),
    action: isTime ? "SpentTime" : "Completed",
    object: objectOf(event, app),
    eventTime: instant(event.at),
    edApp: `https://${app.slug}.example`,
    generated: {
      id: `https://${app.slug}.example/metrics/${event.id}`,
      type: isTime ? "TimebackTimeSpentMetricsCollection" : "TimebackActivityMetricsCollection",
      items: isTime ? timeItems(event) : activityItems(event),
      ...(event.attempt === null ? {} : { attempt: event.attempt }),
    },
    ...(event.runId === null ? {} : { extensions: { runId: event.runId } }),
  };
}

/** Loaned devices, and students who have left, are known by their address only. */
function actorOf({ lesson, userId, email }: SentEvent): Record<string, unknown> {
  const { app, loaner, person } = lesson;
  const known = { type: "TimebackUser", email, role: "student" };
  if (loaner || app.actor === "email" || person.fate === "leaver-email-only") {
    return { type: "TimebackUser", email: email.toLowerCase(), role: "student" };
  }
  const ids = {
    url: `${ROSTER}/rostering/v1p2/users/${userId}`,
    urn: `urn:timeback:user:${userId}`,
    path: `/rostering/1.0/users/${userId}`,
  };
  return { id: ids[app.actor], ...known };
}

function objectOf({ resource, courseId, lesson }: SentEvent, app: Habits): Record<string, unknown> {
  const site = lesson.loaner ? `https://loaner.${app.slug}.example` : `https://${app.slug}.example`;
  return {
    id: `${site}/do/${resource.id}`,
    type: "TimebackActivityContext",
    subject: app.subject,
    app: { id: `https://${app.slug}.example`, name: app.name },
    course: { id: `${ROSTER}/rostering/v1p2/courses/${courseId}`, name: lesson.course.title },
    ...(app.namesActivity
      ? { activity: { id: `${ROSTER}/resources/v1p2/resources/${resource.id}`, name: resource.title } }
      : {}),
  };
}

interface Item {
  type: string;
  value: number;
}

function activityItems({ xp, answers }: SentEvent): Item[] {
  const items: Item[] = [];
  if (xp !== null) items.push({ type: "xpEarned", value: number(xp) });
  if (answers) items.push({ type: "totalQuestions", value: answers.total });
  if (answers) items.push({ type: "correctQuestions", value: answers.correct });
  return items.length > 0 ? items : [{ type: "masteredUnits", value: 0 }];
}

const timeItems = ({ seconds }: SentEvent): Item[] => [
  { type: "active", value: seconds ?? 0 },
  { type: "inactive", value: ((seconds ?? 0) % 11) * 3 },
];
