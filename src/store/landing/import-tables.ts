/**
 * How to read the cells of a column. An `id` is an identifier without quotes. A `moment` is an instant or a day; `<column>_is_day`
 * says which.
 */
export type ColumnKind =
  | "id"
  | "text"
  | "status"
  | "instant"
  | "moment"
  | "number"
  | "whole"
  | "boolean"
  | "json"
  | "list";

/** A table of schema `oneroster`: its columns, and those that every row must have. */
export interface ImportTable {
  name: string;
  columns: Readonly<Record<string, ColumnKind>>;
  required: readonly string[];
}

const common = { sourced_id: "id", status: "status", date_last_modified: "instant", metadata: "json" } as const;

const table = (name: string, columns: Record<string, ColumnKind>, ...required: string[]): ImportTable => ({
  name,
  columns: { ...common, ...columns },
  required: ["sourced_id", ...required],
});

/** The tables that `import oneroster` fills, in that order. */
export const importTables: readonly ImportTable[] = [
  table("users", { enabled_user: "text", given_name: "text", family_name: "text", email: "id" }),
  table("courses", { title: "text", subjects: "list" }),
  table("course_components", { course_sourced_id: "id", title: "text", sort_order: "whole" }, "course_sourced_id"),
  table("resources", { title: "text", importance: "text", vendor_resource_id: "text" }),
  table(
    "component_resources",
    { component_sourced_id: "id", resource_sourced_id: "id", title: "text", sort_order: "whole" },
    "resource_sourced_id",
  ),
  table("assessment_line_items", {
    title: "text",
    description: "text",
    class_sourced_id: "id",
    parent_sourced_id: "id",
    component_sourced_id: "id",
    component_resource_sourced_id: "id",
    course_sourced_id: "id",
    result_value_min: "number",
    result_value_max: "number",
  }),
  table(
    "assessment_results",
    {
      assessment_line_item_sourced_id: "id",
      student_sourced_id: "id",
      score: "number",
      text_score: "text",
      score_date: "moment",
      score_date_is_day: "boolean",
      score_status: "text",
      comment: "text",
      in_progress: "boolean",
      incomplete: "boolean",
      late: "boolean",
      missing: "boolean",
    },
    "assessment_line_item_sourced_id",
    "student_sourced_id",
    "score_date",
  ),
];

/** The PostgreSQL type of a column of that kind, as `format_type` writes it. */
export const columnTypes: Readonly<Record<ColumnKind, string>> = {
  id: "text",
  text: "text",
  status: "text",
  instant: "timestamp without time zone",
  moment: "timestamp without time zone",
  number: "real",
  whole: "integer",
  boolean: "boolean",
  json: "jsonb",
  list: "text[]",
};
