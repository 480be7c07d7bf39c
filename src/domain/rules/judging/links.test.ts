import { expect, test } from "vitest";
import { AT, event, result } from "../../../../test/support/judging-records.js";
import { linkResults } from "./links.js";

const HOUR = 3_600_000_000;
/** Returns the event that the result links to. */
const linked = (events: Parameters<typeof linkResults>[0], one: Parameters<typeof linkResults>[1][number]) =>
  [...linkResults(events, [one]).keys()].map(({ eventId }) => eventId);

const named = (eventId: string, form: number) => ({ eventId, form });

test("L1: by the event's id, the earlier form first, whatever the time", () => {
  const events = [event("e-1"), event("e-2")];
  const far = { activityKey: "other", scoredAt: AT + 99 * HOUR };
  expect(linked(events, result({ ...far, eventRefs: [named("e-2", 0), named("e-1", 1)] }))).toEqual(["e-2"]);
  expect(linked(events, result({ ...far, eventRefs: [named("e-2", 2), named("e-1", 2)] }))).toEqual(["e-1"]);
  expect(linked(events, result({ ...far, eventRefs: [named("e-3", 0)] }))).toEqual([]);
});

test("L2: one activity within 24 hours, both ends included; the nearest, then the lowest id", () => {
  expect(linked([event("e-1")], result({ scoredAt: AT + 24 * HOUR }))).toEqual(["e-1"]);
  expect(linked([event("e-1")], result({ scoredAt: AT + 24 * HOUR + 1 }))).toEqual([]);
  const events = [event("e-1", { at: AT - HOUR }), event("e-3"), event("e-2")];
  expect(linked(events, result())).toEqual(["e-2"]);
  expect(linked(events, result({ activityKey: "other", lineItem: "other_ali" }))).toEqual([]);
});

test("within a minute comes before the same attempt, and that before the nearest", () => {
  const events = [event("e-1", { attempt: 1, at: AT + 2 * HOUR }), event("e-2", { attempt: 2, at: AT + 3 * HOUR })];
  expect(linked(events, result({ attempt: 2 }))).toEqual(["e-2"]);
  expect(linked([...events, event("e-3", { at: AT + 60_000_000 })], result({ attempt: 2 }))).toEqual(["e-3"]);
});

test("L3: the slug between delimiters, and equal instants to the millisecond", () => {
  const slugged = event("e-1", { activityKey: "res_00001", at: AT + 400 });
  const other = { activityKey: "x", scoredAt: AT };
  expect(linked([slugged], result({ ...other, lineItem: "p-res_00001_ali" }))).toEqual(["e-1"]);
  expect(linked([slugged], result({ ...other, lineItem: "p-res_000012_ali" }))).toEqual([]);
  expect(linked([slugged], result({ ...other, lineItem: "p-res_00001_ali", scoredAt: AT + 1000 }))).toEqual([]);
  expect(linked([slugged], result({ ...other, lineItem: "res_00001", scoredAt: null, endedAt: AT }))).toEqual(["e-1"]);
});

test("L3: a slug has four characters or more; one of two UTF-16 units is one character", () => {
  const slug = (activityKey: string) =>
    linked([event("e-1", { activityKey })], result({ lineItem: `p-${activityKey}_ali`, activityKey: "x" }));
  expect(slug("abcd")).toEqual(["e-1"]);
  expect(slug("abc")).toEqual([]);
  expect(slug("\u{1d7d9}\u{1d7da}")).toEqual([]);
});

test("a score date without time links by day, after every other rule", () => {
  const day = { scoredAt: null, day: "2025-03-01" };
  expect(linked([event("e-1")], result(day))).toEqual(["e-1"]);
  expect(
    linked([event("e-1"), event("e-2", { activityKey: "x" })], result({ ...day, eventRefs: [named("e-2", 0)] })),
  ).toEqual(["e-2"]);
  expect(linked([event("e-1")], result({ ...day, day: "2025-03-02" }))).toEqual([]);
});
