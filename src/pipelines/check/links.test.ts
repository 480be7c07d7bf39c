import { expect, test } from "vitest";
import { AT, event, result } from "../../../test/support/check-notes.js";
import { linkResults } from "./links.js";

const HOUR = 3_600_000;
/** Which of the events the result links to. */
const linked = (events: Parameters<typeof linkResults>[0], one: Parameters<typeof linkResults>[1][number]) =>
  [...linkResults(events, [one]).keys()].map(({ eventId }) => eventId);

test("L1: by the event's id, the earlier form first, whatever the time", () => {
  const events = [event("e-1"), event("e-2")];
  const far = { activityKey: "other", scoredAt: AT + 99 * HOUR };
  expect(linked(events, result({ ...far, eventRefs: ["e-2", "e-1"] }))).toEqual(["e-2"]);
  expect(linked(events, result({ ...far, eventRefs: ["e-3"] }))).toEqual([]);
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
  expect(linked([...events, event("e-3", { at: AT + 60_000 })], result({ attempt: 2 }))).toEqual(["e-3"]);
});

test("L3: the slug between delimiters and one instant to the millisecond", () => {
  const named = event("e-1", { activityKey: "res_00001", at: AT + 0.4 });
  const other = { activityKey: "x", scoredAt: AT };
  expect(linked([named], result({ ...other, lineItem: "p-res_00001_ali" }))).toEqual(["e-1"]);
  expect(linked([named], result({ ...other, lineItem: "p-res_000012_ali" }))).toEqual([]);
  expect(linked([named], result({ ...other, lineItem: "p-res_00001_ali", scoredAt: AT + 1 }))).toEqual([]);
  expect(linked([named], result({ ...other, lineItem: "res_00001", scoredAt: null, endedAt: AT }))).toEqual(["e-1"]);
});

test("a score date without time links by day, after every other rule", () => {
  const day = { scoredAt: null, day: "2025-03-01" };
  expect(linked([event("e-1")], result(day))).toEqual(["e-1"]);
  expect(linked([event("e-1"), event("e-2", { activityKey: "x" })], result({ ...day, eventRefs: ["e-2"] }))).toEqual([
    "e-2",
  ]);
  expect(linked([event("e-1")], result({ ...day, day: "2025-03-02" }))).toEqual([]);
});
