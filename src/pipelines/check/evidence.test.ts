import { expect, test } from "vitest";
import { Evidence } from "./evidence.js";

const row = (values: Record<string, string>) => new Map(Object.entries({ status: "active", ...values }));
const resultRow = (metadata: unknown, changes: Record<string, string> = {}) =>
  row({
    sourced_id: "r-1",
    student_sourced_id: "ada",
    assessment_line_item_sourced_id: "ex-1_ali",
    score_date: "2025-03-01 10:00:00.250000",
    score_date_is_day: "false",
    metadata: JSON.stringify(metadata),
    ...changes,
  });
const read = (metadata: unknown, changes: Record<string, string> = {}) => {
  const evidence = new Evidence(() => true);
  evidence.add("assessment_results", resultRow(metadata, changes));
  return evidence.resultsOf("ada")[0];
};

test.each([
  [{ xp: 5 }, 50_000n],
  [{ xp: "many", xpEarned: " 2.39 " }, 23_900n],
  [{ "timeback.xp": "1e1" }, 100_000n],
  [{ xp: true, xpEarned: null }, null],
  [{ xp: 1e10 }, null],
  [null, null],
  [[1], null],
])("the XP of %j is the first finite number", (metadata, xp) => {
  expect(read(metadata)?.xp).toBe(xp);
});

test("instants without an offset are UTC; a day is not an instant", () => {
  expect(read({ completedAt: "2025-03-01T12:00:00+02:00", endedAt: "2025-03-01 10:00:00" })).toMatchObject({
    scoredAt: Date.parse("2025-03-01T10:00:00.250Z") * 1000,
    completedAt: Date.parse("2025-03-01T10:00:00Z") * 1000,
    endedAt: Date.parse("2025-03-01T10:00:00Z") * 1000,
  });
  expect(read({}, { score_date_is_day: "true" })).toMatchObject({ scoredAt: null, day: "2025-03-01" });
});

test("events are named by the result's id, caliperSourcedId and relatedCaliperEvents, in this order", () => {
  const id = (n: number) => `9e3779b1-0000-4000-8000-00000000000${n}`;
  const metadata = { caliperSourcedId: `urn:uuid:${id(2).toUpperCase()}`, relatedCaliperEvents: ["x", id(3)] };
  expect(read(metadata, { sourced_id: `caliper_${id(1)}` })?.eventRefs).toEqual([
    { eventId: id(1), form: 0 },
    { eventId: id(2), form: 1 },
    { eventId: id(3), form: 2 },
  ]);
});

test("the activity is that of the line item's resource, else its name; child line items and deleted results are left out", () => {
  const evidence = new Evidence((student) => student === "ada");
  evidence.add("component_resources", row({ sourced_id: "cr", resource_sourced_id: "res-9" }));
  evidence.add("assessment_line_items", row({ sourced_id: "item", component_resource_sourced_id: "cr" }));
  evidence.add("assessment_line_items", row({ sourced_id: "child", parent_sourced_id: "item" }));
  const add = (id: string, changes: Record<string, string>) =>
    evidence.add("assessment_results", resultRow({}, { sourced_id: id, ...changes }));
  add("a", { assessment_line_item_sourced_id: "item" });
  add("b", {});
  add("c", { assessment_line_item_sourced_id: "child" });
  add("d", { status: "tobedeleted" });
  add("e", { student_sourced_id: "leo" });
  expect(evidence.resultsOf("ada").map(({ sourcedId, activityKey }) => [sourcedId, activityKey])).toEqual([
    ["a", "res-9"],
    ["b", "ex-1"],
  ]);
  expect(evidence.resultsOf("leo")).toEqual([]);
});

test("a later reading stays, and every reading is remembered with when its XP was first there", () => {
  const evidence = new Evidence(() => true);
  const at = (day: number) => ({ date_last_modified: `2025-03-0${day} 00:00:00` });
  const readings = [0, 0, 5, 6].map((xp, n) => resultRow({ xp }, at(n + 1)));
  for (const one of readings) evidence.add("assessment_results", one);
  expect(evidence.resultsOf("ada")).toMatchObject([{ xp: 60_000n }]);
  const since = (day: number) => Date.parse(`2025-03-0${day}T00:00:00Z`) * 1000;
  expect(evidence.historiesOf("ada")).toMatchObject([
    {
      readings: [
        { xp: 0n, xpSince: since(1) },
        { xp: 0n, xpSince: since(1) },
        { xp: 50_000n, xpSince: since(3) },
        { xp: 60_000n, xpSince: since(4) },
      ],
    },
  ]);
});

test("an email shared by two users identifies neither", () => {
  const evidence = new Evidence(() => true);
  for (const [sourced_id, email] of [
    ["u1", "a@x"],
    ["u1", "a@x"],
    ["u2", "b@x"],
    ["u3", "B@x"],
    ["u4", "b@x"],
  ] as const)
    evidence.add("users", row({ sourced_id, email }));
  expect([evidence.usersByEmail.of("a@x"), evidence.usersByEmail.of("b@x"), evidence.usersByEmail.of(null)]).toEqual([
    "u1",
    null,
    null,
  ]);
});
