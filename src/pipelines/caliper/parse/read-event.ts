import type { Actor, LandableEvent } from "../../../domain/values/caliper-event.js";
import { foldEmail } from "../../../domain/values/email.js";
import { readInstant } from "../../../domain/values/instant.js";
import { activityKeyOf, lastSegment, looksLikeUser } from "../../../domain/values/iri.js";
import { isLongKey, LONGEST_KEY_BYTES } from "../../../domain/values/key-length.js";
import { Fault, found } from "./fault.js";
import { isJsonObject } from "./json.js";
import { readAttempt, readMetrics } from "./metrics.js";
import { checkShape, type TimebackEvent } from "./schema.js";
import type { TimebackEventType } from "./vocabulary.js";

const EVENT_ID = /^(?:urn:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;
const MIN_SLUG_LENGTH = 4;
/** U+0000 and lone surrogates: valid in JSON, not storable in PostgreSQL. */
const UNSTORABLE = /\0|\p{Cs}/u;

/** Reads one Timeback event. `payload` is its JSON text. Returns the first of several faults. docs/caliper.md. */
export function readEvent(
  record: Record<string, unknown>,
  type: TimebackEventType,
  payload: string,
): LandableEvent | Fault {
  const eventId = readId(record);
  if (eventId instanceof Fault) return eventId;
  const shape = checkShape(record, type);
  if (shape instanceof Fault) return shape;
  const actor = readActor(shape.actor);
  if (actor instanceof Fault) return actor;
  const occurredAt = readInstant(shape.eventTime);
  if (!occurredAt.ok) return new Fault("bad-time", `eventTime: ${occurredAt.why}, found ${found(shape.eventTime)}`);
  const generated = readGenerated(shape.generated, type);
  if (generated instanceof Fault) return generated;
  const object = readObject(shape.object);
  // Field by field: spreading objects would make reading an event 10% slower.
  const event: LandableEvent = {
    eventId,
    eventType: type,
    actor,
    occurredAt: occurredAt.instant,
    activityKey: object.activityKey,
    objectSlug: object.objectSlug,
    subject: object.subject,
    app: object.app,
    courseId: object.courseId,
    courseName: object.courseName,
    activityName: object.activityName,
    attempt: generated.attempt,
    metrics: generated.metrics,
    runId: readRunId(shape.extensions),
    payload,
  };
  return unstorableText(event) ?? event;
}

/** In the stored form of an event `id` is a row number, and `externalId` the event's own id. */
function readId(record: Record<string, unknown>): string | Fault {
  const field = record.externalId === undefined || record.externalId === null ? "id" : "externalId";
  const id = record[field];
  const uuid = typeof id === "string" ? EVENT_ID.exec(id)?.[1] : undefined;
  return uuid?.toLowerCase() ?? new Fault("bad-id", `${field}: expected a UUID or urn:uuid:<UUID>, found ${found(id)}`);
}

function readActor(actor: TimebackEvent["actor"]): Actor | Fault {
  const id = idOf(actor) ?? "";
  const email = typeof actor === "string" ? null : foldEmail(actor?.email);
  const segment = lastSegment(id);
  if (segment === null && email === null) return new Fault("no-actor", "actor: has neither an id nor an email");
  if (segment !== null && isLongKey(segment)) return tooLong("actor.id", segment);
  if (email !== null && isLongKey(email)) return tooLong("actor.email", email);
  return { segment, looksLikeUser: looksLikeUser(id), email };
}

const tooLong = (path: string, text: string): Fault =>
  new Fault("text-too-long", `${path}: has more than ${LONGEST_KEY_BYTES} bytes, found ${found(text)}`);

type ObjectFields = Pick<
  LandableEvent,
  "activityKey" | "objectSlug" | "subject" | "app" | "courseId" | "courseName" | "activityName"
>;

function readObject(object: TimebackEvent["object"]): ObjectFields {
  const { id, subject, app, course, activity } = typeof object === "string" ? { id: object } : object;
  const activityKey = activityKeyOf(idOf(activity) ?? "") ?? activityKeyOf(id ?? "");
  return {
    activityKey,
    objectSlug: slugOf(id ?? "", activityKey),
    subject: textOf(subject),
    app: nameOf(app),
    courseId: lastSegment(idOf(course) ?? ""),
    courseName: nameOf(course),
    activityName: nameOf(activity),
  };
}

function slugOf(objectId: string, activityKey: string | null): string | null {
  const slug = lastSegment(objectId);
  if (slug === null || slug === activityKey) return null;
  return isSlugLong(slug) ? slug : null;
}

/** Length in characters, each of which is at most two UTF-16 units. */
const isSlugLong = (slug: string): boolean => slug.length >= 2 * MIN_SLUG_LENGTH || [...slug].length >= MIN_SLUG_LENGTH;

function readGenerated(
  generated: TimebackEvent["generated"],
  type: TimebackEventType,
): Pick<LandableEvent, "attempt" | "metrics"> | Fault {
  const { attempt: sent, items } = typeof generated === "object" && generated !== null ? generated : {};
  const attempt = readAttempt(sent);
  if (attempt instanceof Fault) return attempt;
  const metrics = readMetrics(items ?? [], type);
  return metrics instanceof Fault ? metrics : { attempt, metrics };
}

/** Extensions are free-form: a run id that is not text is ignored, not rejected. */
function readRunId(extensions: unknown): string | null {
  const runId = isJsonObject(extensions) ? extensions.runId : undefined;
  return typeof runId === "string" ? textOf(runId) : null;
}

type Named = { id?: string | null | undefined; name?: string | null | undefined } | string | null | undefined;

const idOf = (entity: Named) => (typeof entity === "string" ? entity : entity?.id);
const nameOf = (entity: Named) => (typeof entity === "string" ? null : textOf(entity?.name));

/** As sent; null for missing or blank text. */
function textOf(text: string | null | undefined): string | null {
  return text === undefined || text === null || text.trim() === "" ? null : text;
}

/** Such characters reach a field only through an escape in JSON or in an IRI, so few payloads need the check. */
function unstorableText(event: LandableEvent): Fault | null {
  if (!event.payload.includes("\\u") && !event.payload.includes("%00")) return null;
  const fields = Object.entries({ ...event, ...event.actor, payload: null });
  const field = fields.find(([, value]) => typeof value === "string" && UNSTORABLE.test(value));
  return field === undefined
    ? null
    : new Fault(
        "bad-text",
        `${PATHS[field[0]] ?? field[0]}: holds U+0000 or half a surrogate pair, found ${found(field[1])}`,
      );
}

const PATHS: Record<string, string> = {
  segment: "actor.id",
  email: "actor.email",
  activityKey: "object.activity.id or object.id",
  objectSlug: "object.id",
  subject: "object.subject",
  app: "object.app.name",
  courseId: "object.course.id",
  courseName: "object.course.name",
  activityName: "object.activity.name",
  runId: "extensions.runId",
};
