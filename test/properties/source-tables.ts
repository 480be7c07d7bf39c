import pg from "pg";
import { instantText, type Mutation, type ResultRow, type UserRow } from "./world.js";

/** Schema of the OneRoster source that the trials fill; a real one has no constraints that we could lean on. */
export const SCHEMA = "source_of_trials";

type Row = NonNullable<Mutation["row"]>;
/** Table → its columns after sourced_id and date_last_modified, with their types. */
const COLUMNS: Record<Mutation["table"], Record<string, string>> = {
  users: { status: "text", email: "text", metadata: "jsonb" },
  courses: { title: "text" },
  course_components: { title: "text", course_sourced_id: "text" },
  resources: { title: "text", metadata: "jsonb" },
  component_resources: { resource_sourced_id: "text", component_sourced_id: "text" },
  assessment_line_items: {
    title: "text",
    parent_sourced_id: "text",
    component_resource_sourced_id: "text",
    component_sourced_id: "text",
    course_sourced_id: "text",
  },
  assessment_results: {
    status: "text",
    student_sourced_id: "text",
    assessment_line_item_sourced_id: "text",
    score_date: "timestamp",
    score_date_is_day: "boolean",
    metadata: "jsonb",
  },
};

/** Makes the tables. */
export const createSource: string = [
  `create schema ${SCHEMA}`,
  ...Object.entries(COLUMNS).map(([table, columns]) => {
    const list = Object.entries({ sourced_id: "text primary key", date_last_modified: "timestamp", ...columns });
    return `create table ${SCHEMA}.${table} (${list.map((column) => column.join(" ")).join(", ")})`;
  }),
].join("; ");

/** Empties the tables. */
export const emptySource: string = Object.keys(COLUMNS)
  .map((table) => `delete from ${SCHEMA}.${table}`)
  .join("; ");

const literal = (value: unknown): string =>
  value === null || value === undefined ? "null" : pg.escapeLiteral(String(value));
const jsonText = (json: UserRow["metadata"]): string | null =>
  json === null || json === "null" ? json : JSON.stringify(json);

function cells(row: Row): Record<string, unknown> {
  const metadata = "metadata" in row ? { metadata: jsonText(row.metadata) } : {};
  if (!("scoreDate" in row)) return { ...row, ...metadata };
  const { student, lineItem, scoreDate, isDay, status }: ResultRow = row;
  return {
    status,
    ...metadata,
    student_sourced_id: student,
    assessment_line_item_sourced_id: lineItem,
    score_date: instantText(scoreDate).replace("Z", ""),
    score_date_is_day: isDay,
  };
}

/** Rows are dated a minute apart, most in the order of their changes; a few without a date, or in the far future. */
function dated(sequence: number): string | null {
  if (sequence % 11 === 5) return null;
  if (sequence % 13 === 7) return "2099-01-01 00:00:00";
  const late = sequence % 5 === 3 ? 90 : 0;
  return instantText((Date.parse("2025-03-20T00:00:00Z") / 1000 + (sequence - late) * 60) * 1_000_000).replace("Z", "");
}

/** SQL that does to the source what the mutation says; `sequence` counts the mutations of the world. */
export function statementOf({ table, id, row }: Mutation, sequence: number): string {
  const removal = `delete from ${SCHEMA}.${table} where sourced_id = ${literal(id)}`;
  if (row === null) return removal;
  const values = cells(row);
  const columns = Object.keys(COLUMNS[table]);
  const list = [literal(id), literal(dated(sequence)), ...columns.map((column) => literal(values[column]))];
  return `${removal}; insert into ${SCHEMA}.${table} (sourced_id, date_last_modified, ${columns.join(", ")}) values (${list.join(", ")})`;
}
