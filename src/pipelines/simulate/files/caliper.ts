import { instantText } from "../moment.js";
import { Stream } from "../random.js";
import type { Student } from "../school/student.js";
import type { Delivery, SentEvent, SpentTime, World } from "../school/world.js";
import { jsonAmount, jsonText } from "./json.js";

const CONTEXT = "http://purl.imsglobal.org/ctx/caliper/v1p2";
const API = "https://api.timeback.example/ims/oneroster";
const LARGEST_ENVELOPE = 8;
const LARGEST_LIST = 4;

type Form = "envelope" | "list" | "bare" | "stored";
const FORMS: readonly Form[] = ["envelope", "envelope", "envelope", "envelope", "list", "bare", "bare", "stored"];

/** The student's deliveries as NDJSON lines, in order of arrival. docs/simulate.md, "events.ndjson". */
export function eventLines(seed: number, { student, deliveries }: World): string {
  const stream = new Stream(seed, "lines", student.index);
  const lines: string[] = [];
  for (let at = 0; at < deliveries.length; ) {
    const form = stream.pick(FORMS);
    const most = { envelope: LARGEST_ENVELOPE, list: LARGEST_LIST, bare: 1, stored: 1 }[form];
    const some = deliveries.slice(at, at + stream.int(1, most));
    at += some.length;
    lines.push(`${lineOf(form, student, some, at)}\n`);
  }
  return lines.join("");
}

function lineOf(form: Form, student: Student, deliveries: readonly Delivery[], number: number): string {
  const events = deliveries.map((delivery) => eventJson(student, delivery));
  if (form === "list") return jsonText(events);
  if (form === "stored") return jsonText({ ...events[0], id: number, externalId: events[0]?.id });
  if (form === "bare") return jsonText(events[0]);
  const [first] = deliveries;
  return jsonText({
    sensor: `https://${first?.event.app.slug}.example/sensors/caliper`,
    sendTime: instantText(Math.max(...deliveries.map(({ sentAt }) => sentAt))),
    dataVersion: CONTEXT,
    data: events,
  });
}

function eventJson(student: Student, { event, xp }: Delivery): Record<string, unknown> {
  const isTime = "seconds" in event;
  const site = `https://${event.app.slug}.example`;
  return {
    "@context": CONTEXT,
    id: `urn:uuid:${event.id}`,
    type: isTime ? "TimeSpentEvent" : "ActivityEvent",
    profile: "TimebackProfile",
    action: isTime ? "SpentTime" : "Completed",
    actor: actorOf(student),
    object: objectOf(event, site),
    eventTime: instantText(event.at),
    edApp: site,
    generated: {
      id: `${site}/metrics/${event.id}`,
      type: isTime ? "TimebackTimeSpentMetricsCollection" : "TimebackActivityMetricsCollection",
      ...(isTime || event.attempt === null ? {} : { attempt: event.attempt }),
      items: isTime ? timeMetrics(event) : activityMetrics({ ...event, xp: xp ?? event.xp }),
    },
    ...(isTime ? { extensions: { runId: event.runId } } : {}),
  };
}

function actorOf({ actor, id, email }: Student): Record<string, unknown> {
  const known = { type: "TimebackUser", email, role: "student" };
  if (actor === "email") return { ...known, email: email.toUpperCase() };
  if (actor === "urn") return { id: `urn:timeback:user:${id}`, ...known };
  if (actor === "path") return { id: `/rostering/1.0/users/${id}`, ...known };
  return { id: `${API}/rostering/v1p2/users/${id}`, ...known };
}

function objectOf({ app, activity, course, ...event }: SentEvent | SpentTime, site: string): Record<string, unknown> {
  const saysCourse = !("saysCourse" in event) || event.saysCourse;
  return {
    id: `${site}/activities/${activity.key}`,
    type: "TimebackActivityContext",
    subject: course.subject,
    app: { id: site, name: app.name },
    ...(saysCourse ? { course: { id: `${API}/rostering/v1p2/courses/${course.id}`, name: course.title } } : {}),
    ...(app.names === "activity"
      ? { activity: { id: `${API}/resources/v1p2/resources/${activity.key}`, name: activity.title } }
      : {}),
  };
}

function activityMetrics({ xp, questions }: SentEvent): Record<string, unknown>[] {
  const items = [
    ...(xp === null ? [] : [{ type: "xpEarned", value: jsonAmount(xp) }]),
    ...(questions ? [{ type: "totalQuestions", value: questions.total }] : []),
    ...(questions ? [{ type: "correctQuestions", value: questions.correct }] : []),
  ];
  return items.length > 0 ? items : [{ type: "masteredUnits", value: 0 }];
}

const timeMetrics = ({ seconds }: SpentTime): Record<string, unknown>[] => [
  { type: "active", value: seconds },
  { type: "inactive", value: seconds % 7 },
];
