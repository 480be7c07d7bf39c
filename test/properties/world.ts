/** Everything that arrives in one trial, before it is cut into files and runs. */
export interface World {
  zone: string;
  linkWindowSeconds: number;
  testUsers: "exclude" | "include";
  events: readonly CaliperEvent[];
  /** What happens to the OneRoster source, in this order. */
  mutations: readonly Mutation[];
}

/** One Caliper event, in the spelling in which it is sent. */
export interface CaliperEvent {
  /** Bare, in lower case. */
  id: string;
  idForm: "urn" | "bare" | "upper" | "stored";
  type: "ActivityEvent" | "TimeSpentEvent";
  actorId: string | null;
  email: string | null;
  objectId: string;
  activityId: string | null;
  /** Microseconds since 1970. */
  at: number;
  /** Minutes east of UTC, in which `at` is written. */
  offset: number;
  attempt: number | null;
  /** Metric name → decimal text, as it stands in the JSON. */
  items: Readonly<Record<string, string>>;
}

/** A row of the source is written, or (without a row) deleted. */
export type Mutation =
  | { table: "users"; id: string; row: UserRow | null }
  | { table: "assessment_line_items"; id: string; row: LineItemRow | null }
  | { table: "component_resources"; id: string; row: ComponentResourceRow | null }
  | { table: "resources" | "courses" | "course_components"; id: string; row: NamedRow | null }
  | { table: "assessment_results"; id: string; row: ResultRow | null };

/** Columns of `users`. */
export interface UserRow {
  status: string | null;
  email: string | null;
  metadata: Json;
}

/** Columns of `assessment_line_items`. */
export interface LineItemRow {
  title: string | null;
  parent_sourced_id: string | null;
  component_resource_sourced_id: string | null;
  component_sourced_id: string | null;
  course_sourced_id: string | null;
}

/** Columns of `component_resources`. */
export interface ComponentResourceRow {
  resource_sourced_id: string | null;
  component_sourced_id: string | null;
}

/** Columns of the tables that only name things. */
export interface NamedRow {
  title: string | null;
  course_sourced_id?: string | null;
}

/** Columns of `assessment_results`. */
export interface ResultRow {
  status: string | null;
  student: string;
  lineItem: string;
  /** Microseconds since 1970; of a day without time its midnight in UTC. */
  scoreDate: number;
  isDay: boolean;
  metadata: Json;
}

/** A JSON object, JSON null ("null"), or no value at all (null). */
export type Json = Readonly<Record<string, unknown>> | "null" | null;

const two = (n: number): string => String(n).padStart(2, "0");

/** The instant as ISO 8601 with microseconds and this offset. */
export function instantText(micros: number, offset = 0): string {
  const millis = Math.floor(micros / 1000);
  const rest = String(micros - millis * 1000).padStart(3, "0");
  const size = Math.abs(offset);
  const zone = offset === 0 ? "Z" : `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return new Date(millis + offset * 60_000).toISOString().replace("Z", `${rest}${zone}`);
}

/** The event's JSON text; its numbers stand in it digit by digit. */
export function eventText(event: CaliperEvent): string {
  const { idForm, id, type, objectId, activityId } = event;
  const urn = `urn:uuid:${id}`;
  const ids = {
    urn: { id: urn },
    bare: { id },
    upper: { id: `URN:UUID:${id.toUpperCase()}` },
    stored: { id: 17, externalId: urn },
  };
  const text = JSON.stringify({
    ...ids[idForm],
    type,
    profile: "TimebackProfile",
    action: type === "ActivityEvent" ? "Completed" : "SpentTime",
    actor: {
      ...(event.actorId === null ? {} : { id: event.actorId }),
      ...(event.email === null ? {} : { email: event.email }),
    },
    object: {
      id: objectId,
      subject: "Math",
      ...(activityId === null ? {} : { activity: { id: activityId, name: "An activity" } }),
    },
    eventTime: instantText(event.at, event.offset),
    generated: {
      attempt: event.attempt,
      items: Object.entries(event.items).map(([name, value]) => ({ type: name, value: `@number ${value}@` })),
    },
  });
  return text.replace(/"@number ([^@]*)@"/g, "$1");
}
