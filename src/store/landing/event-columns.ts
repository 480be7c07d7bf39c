import type { LandableEvent } from "../../domain/values/caliper-event.js";
import type { BinaryType, BinaryValue, ValueOf } from "../copy/binary-rows.js";
import type { IncomingActor } from "./actors.js";

/** An incoming event, with what its run knows of it. */
export interface IncomingEvent {
  event: LandableEvent;
  runId: string;
  /** 1-based, in the file. */
  line: number;
  /** Its number among the events that its run reads. */
  ordinal: number;
  actor: IncomingActor;
  /** Digest of the payload (src/domain/values/digest.ts). */
  payloadDigest: string;
  /** Whether the event reports any metric. */
  hasMetrics: boolean;
}

/** A column of a landed table: its type, and its value for an event. */
interface EventColumn {
  type: BinaryType;
  read(event: LandableEvent, incoming: IncomingEvent): BinaryValue;
}

const column = <Type extends BinaryType>(
  type: Type,
  read: (event: LandableEvent, incoming: IncomingEvent) => ValueOf[Type] | null,
): EventColumn => ({ type, read });

/** The columns that facts use: an event with the same id that differs in one of them is a conflict. */
const READ_BY_FACTS = {
  event_type: column("text", (event) => event.eventType),
  has_metrics: column("bool", (_, { hasMetrics }) => hasMetrics),
  actor_key: column("uuid", (_, { actor }) => actor.key),
  occurred_at: column("instant", (event) => event.occurredAt),
  attempt: column("int4", (event) => event.attempt),
  xp: column("numeric", ({ metrics }) => metrics.xp),
  total_questions: column("numeric", ({ metrics }) => metrics.totalQuestions),
  correct_questions: column("numeric", ({ metrics }) => metrics.correctQuestions),
  mastered_units: column("numeric", ({ metrics }) => metrics.masteredUnits),
  active_seconds: column("numeric", ({ metrics }) => metrics.active),
  inactive_seconds: column("numeric", ({ metrics }) => metrics.inactive),
  waste_seconds: column("numeric", ({ metrics }) => metrics.waste),
  unknown_seconds: column("numeric", ({ metrics }) => metrics.unknown),
  anti_pattern_seconds: column("numeric", ({ metrics }) => metrics.antiPattern),
  activity_key: column("text", (event) => event.activityKey),
  object_slug: column("text", (event) => event.objectSlug),
  subject: column("text", (event) => event.subject),
  app: column("text", (event) => event.app),
  course_id: column("text", (event) => event.courseId),
  course_name: column("text", (event) => event.courseName),
  activity_name: column("text", (event) => event.activityName),
  caliper_run_id: column("text", (event) => event.runId),
};

/** Run and ordinal of an event, and of its payload. */
const PLACE = {
  landed_run: column("uuid", (_, { runId }) => runId),
  landed_ordinal: column("int8", (_, { ordinal }) => ordinal),
};

/** The columns of a landed table, in order: names, types, and the row of an event. */
const tableOf = (columns: Readonly<Record<string, EventColumn>>) => {
  const all = Object.values(columns);
  return {
    names: Object.keys(columns),
    types: all.map(({ type }) => type),
    rowOf: (incoming: IncomingEvent): BinaryValue[] => all.map(({ read }) => read(incoming.event, incoming)),
  };
};

/** `timeback.caliper_events`. */
export const eventTable = tableOf({
  event_id: column("uuid", ({ eventId }) => eventId),
  ...PLACE,
  payload_digest: column("uuid", (_, { payloadDigest }) => payloadDigest),
  linkable: column("bool", (event, { hasMetrics }) => hasMetrics && event.eventType === "ActivityEvent"),
  ...READ_BY_FACTS,
});
/** `timeback.caliper_payloads`. */
export const payloadTable = tableOf({ ...PLACE, payload: column("text", ({ payload }) => payload) });
/** The names of the columns that facts use. */
export const columnsReadByFacts = Object.keys(READ_BY_FACTS);
