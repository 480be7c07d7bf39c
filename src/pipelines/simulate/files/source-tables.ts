import { stringify } from "csv-stringify/sync";
import { amountText } from "../amount.js";
import { type Moment, naiveText } from "../moment.js";
import type { Activity, Course } from "../school/catalog.js";
import type { Student } from "../school/student.js";
import { type LineItem, type Result, stateAt } from "../school/world.js";
import { jsonText } from "./json.js";

/** Columns of the dumps, after `sourced_id`, `status` and `date_last_modified`. docs/import.md, "What is read". */
const COLUMNS = {
  users: ["enabled_user", "given_name", "family_name", "email", "metadata"],
  courses: ["title", "subjects", "metadata"],
  course_components: ["course_sourced_id", "title", "sort_order", "metadata"],
  resources: ["title", "metadata"],
  component_resources: ["component_sourced_id", "resource_sourced_id", "title", "sort_order", "metadata"],
  assessment_line_items: [
    ...["title", "class_sourced_id", "parent_sourced_id", "component_sourced_id"],
    ...["component_resource_sourced_id", "course_sourced_id", "metadata"],
  ],
  assessment_results: [
    ...["assessment_line_item_sourced_id", "student_sourced_id", "score", "score_date", "score_status"],
    ...["in_progress", "incomplete", "late", "missing", "comment", "metadata"],
  ],
} as const satisfies Record<string, readonly string[]>;

export type TableName = keyof typeof COLUMNS;
export const tableNames = Object.keys(COLUMNS) as TableName[];

type Cell = string | number | null;

export const csvLines = (rows: readonly Cell[][]): string => stringify([...rows], { record_delimiter: "\n" });

export const csvHead = (table: TableName): string =>
  csvLines([["sourced_id", "status", "date_last_modified", ...COLUMNS[table]]]);

const RESULT_FLAGS = ["false", "false", "false", "false", null] as const;

export const userRow = (student: Student, madeAt: Moment): Cell[] => [
  ...[student.id, "active", naiveText(madeAt)],
  ...["true", student.name, `Learner ${student.index + 1}`, student.email],
  jsonText({ isTestUser: student.isTestUser }),
];

/** The results as of an instant, without those that do not exist yet. */
export function resultRows(student: Student, results: readonly Result[], at: Moment): Cell[][] {
  return results.flatMap((result) => {
    const state = stateAt(result, at);
    if (!state) return [];
    const score = state.score === null ? null : String(state.score);
    return [
      [
        ...[result.id, state.status, naiveText(state.at)],
        ...[result.lineItem.id, student.id, score, naiveText(state.scoreDate), state.scoreStatus],
        ...RESULT_FLAGS,
        jsonText(state.metadata),
      ],
    ];
  });
}

/** The rows that results and events refer to, each once. Memory grows with courses and days, not with students. */
export class References {
  private readonly courses = new Map<string, Course>();
  private readonly activities = new Map<string, Activity>();
  private readonly lineItems = new Map<string, LineItem>();

  add({ lineItem }: Result): void {
    this.lineItems.set(lineItem.id, lineItem);
    this.courses.set(lineItem.course.id, lineItem.course);
  }

  addActivity(activity: Activity): void {
    this.activities.set(activity.key, activity);
    this.courses.set(activity.course.id, activity.course);
  }

  /** The rows of all tables except users and results, by id. */
  rows(madeAt: Moment): [TableName, Cell[][]][] {
    const row = (id: string, ...cells: Cell[]): Cell[] => [id, "active", naiveText(madeAt), ...cells];
    const components = new Map([...this.activities.values()].map(({ component, course }) => [component, course]));
    return [
      ["courses", sorted(this.courses).map(({ id, title, subject }) => row(id, title, `{"${subject}"}`, "null"))],
      [
        "course_components",
        [...components].sort(byId).map(([id, course]) => row(id, course.id, `Unit ${id}`, "1", "null")),
      ],
      ["resources", sorted(this.activities).map((one) => row(one.key, one.title, jsonText(resourceMetadata(one))))],
      [
        "component_resources",
        sorted(this.activities).map(({ key, title, component }) =>
          row(`cr-${key}`, component, key, title, "1", "null"),
        ),
      ],
      ["assessment_line_items", sorted(this.lineItems).map((item) => row(item.id, ...lineItemCells(item)))],
    ];
  }
}

const byId = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
const sorted = <T>(map: ReadonlyMap<string, T>): T[] => [...map].sort(byId).map(([, value]) => value);

const resourceMetadata = ({ kind, base }: Activity) => ({
  type: kind,
  khanActivityType: { video: "Video", article: "Article", exercise: "Exercise", quiz: "Quiz" }[kind],
  xp: Number(amountText(base)),
});

const lineItemCells = ({ title, course, saysCourse, parent, activity }: LineItem): Cell[] => [
  ...[title, `class-${course.id}`, parent ?? null, activity?.component ?? null],
  ...[activity ? `cr-${activity.key}` : null, saysCourse ? course.id : null, "null"],
];
