import { stringify } from "csv-stringify/sync";
import { number } from "../kit/cents.js";
import { type Moment, stamp } from "../kit/clock.js";
import { type Ledger, type Result, versionAt } from "../ledger/records.js";
import type { Identity, Person } from "../school/people.js";
import type { World } from "../school/world.js";
import { baseAt, type Course, type Resource, type Unit } from "../vendors/catalogue.js";

type Cell = string | null;
type Table = readonly [name: string, columns: readonly string[], rows: Cell[][]];

/** The tables of the source as they stand at an instant: file name and text of each. */
export function dumpsOf(world: World, ledger: Ledger, at: Moment): [string, string][] {
  const courses = [...world.courses.values()].flat();
  const units = courses.flatMap((course) => course.units.map((unit): [Course, Unit] => [course, unit]));
  const resources = units.flatMap(([, { passives, exercise }]) => [...passives, exercise]);
  const made = stamp(world.moments.start);
  const tables: Table[] = [
    ["users", ["enabled_user", "given_name", "family_name", "email", "metadata"], usersAt(world.people, at)],
    ["courses", ["title", "subjects", "metadata"], courses.flatMap((course) => courseRows(world, course, at))],
    [
      "course_components",
      ["course_sourced_id", "title", "sort_order", "metadata"],
      units.map(([course, unit]) => componentRow(course, unit, made)),
    ],
    ["resources", ["title", "metadata"], resources.map((resource) => resourceRow(resource, at, made))],
    [
      "component_resources",
      ["component_sourced_id", "resource_sourced_id", "title", "sort_order", "metadata"],
      resources.map(({ id, component, title, number: place }) => [
        `cr-${id}`,
        "active",
        made,
        component,
        id,
        title,
        String(place),
        "null",
      ]),
    ],
    ["assessment_line_items", LINE_ITEM_COLUMNS, lineItemsAt(world, ledger, at)],
    ["assessment_results", RESULT_COLUMNS, ledger.results.flatMap((result) => resultRow(result, at)).sort(byId)],
  ];
  return tables.map(([name, columns, rows]) => [`${name}.csv`, csv(columns, rows)]);
}

const csv = (columns: readonly string[], rows: Cell[][]): string =>
  stringify([["sourced_id", "status", "date_last_modified", ...columns], ...rows], { record_delimiter: "\n" });

const byId = ([a]: Cell[], [b]: Cell[]): number => ((a ?? "") < (b ?? "") ? -1 : 1);

function usersAt(people: readonly Person[], at: Moment): Cell[][] {
  return people.flatMap((person) =>
    person.identities.filter(({ from }) => from <= at).map((identity) => userRow(person, identity, at)),
  );
}

function userRow(person: Person, { userId, email, from }: Identity, at: Moment): Cell[] {
  const { givenName, familyName, fateAt, fate, forgetsEmail, identities } = person;
  const isLast = identities.at(-1)?.userId === userId;
  const isOff = fateAt <= at && (fate === "leaver-email-only" || !isLast);
  const isForgotten = isOff && fate === "leaver-email-only" && forgetsEmail;
  const status = [isOff ? "tobedeleted" : "active", stamp(isOff ? fateAt : from)];
  return [userId, ...status, isOff ? "false" : "true", givenName, familyName, isForgotten ? null : email, "{}"];
}

/** The second term's courses are there from the rollover on; the first term's stay. */
function courseRows({ moments }: World, { ids, title, app }: Course, at: Moment): Cell[][] {
  const rows = ids.map((id, index): Cell[] => [
    ...[id, "active", stamp(index === 0 ? moments.start : moments.rollover)],
    ...[`${title}, term ${index + 1}`, `{"${app.subject}"}`, "null"],
  ]);
  return rows.slice(0, at >= moments.rollover ? 2 : 1);
}

const componentRow = ({ ids }: Course, { component }: Unit, made: string): Cell[] => [
  ...[component, "active", made],
  ...[ids[0], `Unit ${component.slice(component.lastIndexOf("-u") + 2)}`, "1", "null"],
];

function resourceRow(resource: Resource, at: Moment, made: string): Cell[] {
  const { id, title, kind, changed } = resource;
  const base = baseAt(resource, at);
  const type = { video: "Video", article: "Article", exercise: "Exercise", test: "Quiz" }[kind];
  const metadata = { type: kind, khanActivityType: type, ...(base === null ? {} : { xp: number(base) }) };
  return [id, "active", changed && changed.at <= at ? stamp(changed.at) : made, title, JSON.stringify(metadata)];
}

const LINE_ITEM_COLUMNS = [
  ...["title", "class_sourced_id", "parent_sourced_id", "component_sourced_id"],
  ...["component_resource_sourced_id", "course_sourced_id", "metadata"],
];

/** The line items of results that are there, each once. */
function lineItemsAt(world: World, { results }: Ledger, at: Moment): Cell[][] {
  const items = new Map<string, Result>();
  for (const result of results.filter((one) => versionAt(one, at))) items.set(result.lineItemId, result);
  return [...items.values()].map((result) => lineItemRow(world, result)).sort(byId);
}

function lineItemRow({ moments }: World, { lineItemId, resource, courseId, app }: Result): Cell[] {
  const refers = app.lineItems === "component-resource";
  const made = stamp(lineItemId.endsWith("_s2") ? moments.rollover : moments.start);
  return [
    ...[lineItemId, "active", made, resource.title, `class-${courseId}`, null],
    ...[refers ? resource.component : null, refers ? `cr-${resource.id}` : null, courseId, "null"],
  ];
}

const RESULT_COLUMNS = [
  ...["assessment_line_item_sourced_id", "student_sourced_id", "score", "score_date", "score_status"],
  ...["in_progress", "incomplete", "late", "missing", "comment", "metadata"],
];

function resultRow(result: Result, at: Moment): Cell[][] {
  const version = versionAt(result, at);
  if (!version) return [];
  const { xp, metadata, status, studentId, score, scoreAt, scoreDay } = version;
  const whole = { ...(xp === null ? {} : { [result.app.xpKey]: number(xp) }), ...metadata };
  return [
    [
      ...[result.id, status, stamp(version.at), result.lineItemId, studentId, String(score)],
      ...[scoreDay ?? stamp(scoreAt), "fully graded", "false", "false", "false", "false", null],
      JSON.stringify(whole),
    ],
  ];
}
