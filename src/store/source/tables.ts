import { eventId, filled, firstNumberUnder, instant, wholeNumberUnder } from "./untrusted-values.js";

/** Types of a source table's columns, by name. */
export type SourceColumns = ReadonlyMap<string, string>;

/** The tables of a source. landing/reference-tables.ts defines which results each affects. */
export type SourceTableName =
  | "users"
  | "courses"
  | "course_components"
  | "resources"
  | "component_resources"
  | "assessment_line_items"
  | "assessment_results";

/** A table of a OneRoster source: what is read, into which columns of `timeback.<name>`. */
export interface SourceTable {
  name: SourceTableName;
  required: boolean;
  /** Columns without which the table cannot be read. */
  needs: readonly string[];
  /** What is unknown if the table is missing. */
  evidence: string;
  /** Target column → SQL over the row `s`. Columns that only newer sources have are checked in `has`. */
  select(has: SourceColumns): Record<string, string>;
}

/** A timestamp column as timestamptz: naive ones hold UTC. */
export const asInstant = (column: string, has: SourceColumns): string =>
  has.get(column) === "timestamp with time zone" ? `s.${column}` : `(s.${column}::timestamp at time zone 'UTC')`;

const optional = (column: string, has: SourceColumns): string =>
  has.has(column) ? filled(`s.${column}::text`) : "null";
const METADATA = "s.metadata::jsonb";
const metadata = (key: string): string => `(${METADATA} ->> '${key}')`;
const numberIn = (...keys: string[]): string => firstNumberUnder(METADATA, ...keys);
const metadataOf = (key: string, has: SourceColumns): string => (has.has("metadata") ? metadata(key) : "null::text");

const related = `(select array_agg(${eventId("x.id")} order by x.n)
  from jsonb_array_elements_text(s.metadata::jsonb -> 'relatedCaliperEvents') with ordinality x(id, n))`;

/** The event ids that a result names: [from its own id, caliperSourcedId, relatedCaliperEvents…]; null if it names none. */
const eventRefs = `nullif(array[
    case when s.sourced_id like 'caliper\\_%' then ${eventId("substr(s.sourced_id, 9)")} end, ${eventId(metadata("caliperSourcedId"))}]
  || case when jsonb_typeof(s.metadata::jsonb -> 'relatedCaliperEvents') = 'array' then coalesce(${related}, '{}') else '{}' end,
  '{NULL,NULL}'::uuid[])`;

export const users: SourceTable = {
  name: "users",
  required: true,
  needs: ["sourced_id", "email", "status"],
  evidence: "emails and test users",
  select: (has) => ({
    status: "s.status::text",
    email: filled("s.email::text"),
    is_test_user: `coalesce(lower(${metadataOf("isTestUser", has)}) in ('true', '1'), false)`,
  }),
};

/** Keys of a result's metadata that hold XP; the first number counts (docs/oneroster.md, "XP"). */
export const XP_KEYS = ["xp", "xpEarned", "timeback.xp"] as const;

export const assessmentResults: SourceTable = {
  name: "assessment_results",
  required: true,
  needs: ["sourced_id", "status", "metadata", "assessment_line_item_sourced_id", "student_sourced_id", "score_date"],
  evidence: "results",
  select: (has) => ({
    status: "s.status::text",
    line_item_id: filled("s.assessment_line_item_sourced_id::text"),
    student_id: filled("s.student_sourced_id::text"),
    score_date: asInstant("score_date", has),
    score_day: has.has("score_date_is_day") ? "case when s.score_date_is_day then s.score_date::date end" : "null",
    score_status: optional("score_status", has),
    ended_at: instant(metadata("endedAt")),
    completed_at: instant(metadata("completedAt")),
    xp: numberIn(...XP_KEYS),
    multiplier: numberIn("multiplier"),
    attempt: wholeNumberUnder(METADATA, "attempt"),
    total_questions: numberIn("totalQuestions"),
    correct_questions: numberIn("correctQuestions"),
    mastered_units: numberIn("masteredUnits"),
    xp_reason: filled(metadata("xpReason")),
    subject: filled(metadata("subject")),
    app: filled(metadata("appName")),
    course_id: filled(metadata("courseSourcedId")),
    event_refs: eventRefs,
    metadata: "s.metadata::text",
  }),
};

const courses: SourceTable = {
  name: "courses",
  required: false,
  needs: ["sourced_id", "title"],
  evidence: "course names and subjects of results",
  select: (has) => ({
    title: filled("s.title::text"),
    subject: has.get("subjects") === "ARRAY" ? filled("s.subjects[1]::text") : "null",
  }),
};

const courseComponents: SourceTable = {
  name: "course_components",
  required: false,
  needs: ["sourced_id", "course_sourced_id"],
  evidence: "courses of results that do not name theirs",
  select: (has) => ({ course_id: filled("s.course_sourced_id::text"), title: optional("title", has) }),
};

const resources: SourceTable = {
  name: "resources",
  required: false,
  needs: ["sourced_id", "metadata"],
  evidence: "base XP, and which activities are videos or articles",
  select: (has) => ({
    title: optional("title", has),
    xp: numberIn("xp"),
    activity_type: filled(metadata("khanActivityType")),
    resource_type: filled(metadata("type")),
  }),
};

const componentResources: SourceTable = {
  name: "component_resources",
  required: false,
  needs: ["sourced_id", "resource_sourced_id"],
  evidence: "activities of line items that are not named after their resource",
  select: (has) => ({
    component_id: optional("component_sourced_id", has),
    resource_id: filled("s.resource_sourced_id::text"),
    title: optional("title", has),
  }),
};

const lineItems: SourceTable = {
  name: "assessment_line_items",
  required: false,
  needs: ["sourced_id"],
  evidence: "child line items, and activities of line items that are not named after their resource",
  select: (has) => ({
    title: optional("title", has),
    parent_id: optional("parent_sourced_id", has),
    component_id: optional("component_sourced_id", has),
    component_resource_id: optional("component_resource_sourced_id", has),
    course_id: optional("course_sourced_id", has),
  }),
};

/** The tables that results refer to, in the order in which they are read. */
const referenceTables: readonly SourceTable[] = [courses, courseComponents, resources, componentResources, lineItems];

/** Every table of a source, in the order in which they are read. */
export const sourceTables: readonly SourceTable[] = [users, ...referenceTables, assessmentResults];
