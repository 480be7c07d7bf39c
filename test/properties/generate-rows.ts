import fc from "fast-check";
import type { Group } from "./generate-events.js";
import {
  at,
  COMPONENT_RESOURCES,
  DAY,
  EMAILS,
  EVENT_IDS,
  KEYS,
  LINE_ITEMS,
  oneOf,
  PLACES,
  RESULT_IDS,
  rarely,
  STRANGERS,
  STUDENTS,
  seldom,
  XP,
} from "./pools.js";
import { instantText, type Json, type Mutation } from "./world.js";

/** One in ten is a deletion. */
const orDeleted = <T>(row: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ arbitrary: row, weight: 9 }, { arbitrary: fc.constant(null), weight: 1 });
const empty: fc.Arbitrary<Json> = oneOf<Json>(null, "null", {});
const usually = <T>(value: T, ...others: T[]): fc.Arbitrary<T> => rarely(oneOf(value), oneOf(...others));

const userRow = fc.record({
  status: usually<string | null>("active", "tobedeleted", "ACTIVE", null, "inactive"),
  email: oneOf(null, ...EMAILS, ""),
  metadata: rarely<Json, Json>(
    empty,
    oneOf<Json>({ isTestUser: true }, { isTestUser: "true" }, { isTestUser: false }, { isTestUser: 1 }),
  ),
});
const lineItemRow = fc.record({
  title: oneOf(null, "A test"),
  parent_sourced_id: usually<string | null>(null, "li-1"),
  component_resource_sourced_id: oneOf(null, ...COMPONENT_RESOURCES),
  component_sourced_id: oneOf(null, "cc-1"),
  course_sourced_id: oneOf(null, null, "c-1"),
});
const componentResourceRow = fc.record({
  resource_sourced_id: oneOf(null, ...KEYS),
  component_sourced_id: oneOf(null, "cc-1", "cc-2"),
});
const namedRow = fc.record({ title: oneOf(null, "One", "Two"), course_sourced_id: oneOf(null, "c-1", "c-2") });

const table = <const T extends Mutation["table"]>(...names: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...names);
/** A change of a row that belongs to no group. */
export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      table: table("users"),
      id: rarely(oneOf(...STUDENTS), oneOf(...STRANGERS)),
      row: orDeleted(userRow),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      table: table("assessment_line_items"),
      id: oneOf(...PLACES, ...LINE_ITEMS),
      row: orDeleted(lineItemRow),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      table: table("component_resources"),
      id: oneOf(...COMPONENT_RESOURCES),
      row: orDeleted(componentResourceRow),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      table: table("resources", "courses", "course_components"),
      id: oneOf("res_alpha", "abcd", "c-1", "c-2", "cc-1", "cc-2"),
      row: orDeleted(namedRow),
    }),
  },
);

const xpForms = (xp: string): Json[] => [
  { xp: Number(xp) },
  { xp },
  { xpEarned: xp },
  { "timeback.xp": Number(xp) },
  { xp: null, xpEarned: Number(xp) },
  { xp: "none", "timeback.xp": ` ${xp} ` },
  { xp: Number(xp), xpEarned: 77 },
];
const SHORT_XP = XP.filter((xp) => xp.length < 10);
const amounts = oneOf(...SHORT_XP.flatMap(xpForms), {}, { xp: null }, { xp: "much" }, { xp: true });
const attempts = oneOf({}, { attempt: 1 }, { attempt: 2 }, { attempt: "2" }, { attempt: 0 });

const UNKNOWN = ["nonsense", "9e3779b1-0001-4000-8000-0000000000ff"];
/** An event id: of the group's, as a rule. */
const named = fc
  .tuple(fc.nat(3), rarely(oneOf(null), oneOf(...EVENT_IDS, ...UNKNOWN)), oneOf("", "urn:uuid:", "URN:UUID:"))
  .map(
    ([at, other, prefix]) =>
      ({ eventIds }: Group) =>
        `${prefix}${other ?? eventIds[at % eventIds.length] ?? UNKNOWN[0]}`,
  );
const names = fc
  .record({ one: named, many: fc.array(named, { maxLength: 3 }) }, { requiredKeys: [] })
  .map(({ one, many }) => (group: Group) => ({
    ...(one === undefined ? {} : { caliperSourcedId: one(group) }),
    ...(many === undefined ? {} : { relatedCaliperEvents: many.map((name) => name(group)) }),
  }));
const nameless = oneOf(() => ({}));
const ended = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: at.map((micros) => ({ endedAt: instantText(micros) })) },
);
const metadata: fc.Arbitrary<(group: Group) => Json> = fc.oneof(
  { weight: 1, arbitrary: empty.map((json) => () => json) },
  {
    weight: 15,
    arbitrary: fc
      .tuple(amounts, attempts, ended, rarely(nameless, names))
      .map(([xp, attempt, end, evidence]) => (group: Group) => ({
        ...(xp as object),
        ...attempt,
        ...end,
        ...evidence(group),
      })),
  },
);

/** Spelled after the group's key, as a rule. */
const lineItem = fc.oneof(
  {
    weight: 6,
    arbitrary: oneOf("", "_ali", "_ali").map(
      (end) =>
        ({ key }: Group) =>
          `${key}${end}`,
    ),
  },
  {
    weight: 3,
    arbitrary: oneOf("-", "_", ".x-", "x").map(
      (before) =>
        ({ key }: Group) =>
          `lesson${before}${key}-2_7`,
    ),
  },
  { weight: 1, arbitrary: oneOf(...PLACES, ...LINE_ITEMS).map((id) => () => id) },
);
const resultId = rarely(
  oneOf(...RESULT_IDS).map((id) => () => id),
  named.map((name) => (group: Group) => `caliper_${name(group).replace("URN:UUID:", "urn:uuid:")}`),
);
const student = seldom(oneOf<string | null>(null), oneOf(...STUDENTS, ...STRANGERS, "ada@x.example"));
const resultParts = fc.record({
  status: seldom(oneOf<string | null>("active"), oneOf<string | null>("tobedeleted", null)),
  student,
  lineItem,
  scoreDate: at,
  isDay: oneOf(false, false, false, false, true),
  metadata,
});

/** A change of a result of a group that is still to be named. */
export const resultOfGroup: fc.Arbitrary<(group: Group) => Mutation> = fc
  .tuple(resultId, orDeleted(resultParts))
  .map(([id, parts]) => (group) => ({
    table: "assessment_results",
    id: id(group),
    row: parts && {
      ...parts,
      student: parts.student ?? group.student,
      lineItem: parts.lineItem(group),
      scoreDate: parts.isDay ? Math.floor(parts.scoreDate / DAY) * DAY : parts.scoreDate,
      metadata: parts.metadata(group),
    },
  }));

/** Makes the line items in `PLACES` lead to the group's key. */
export const pathOfGroup: fc.Arbitrary<(group: Group) => Mutation[]> = oneOf(...PLACES).map((place) => ({ key }) => [
  {
    table: "assessment_line_items",
    id: place,
    row: {
      title: null,
      parent_sourced_id: null,
      component_resource_sourced_id: "cr-1",
      component_sourced_id: null,
      course_sourced_id: null,
    },
  },
  { table: "component_resources", id: "cr-1", row: { resource_sourced_id: key, component_sourced_id: "cc-1" } },
]);
