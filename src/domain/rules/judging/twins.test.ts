import { expect, test } from "vitest";
import { AT, event } from "../../../../test/support/judging-records.js";
import { STANDARD_AUDIT_RULES } from "../audit-rules.js";
import { SECOND } from "./records.js";
import { twinGroups } from "./twins.js";

const groups = (...events: Parameters<typeof twinGroups>[0]) =>
  twinGroups(events, STANDARD_AUDIT_RULES).map((group) => group.map(({ eventId }) => eventId));

test("each twin follows the one before it within a minute", () => {
  const at = (seconds: number) => ({ at: AT + seconds * SECOND });
  expect(groups(event("a"), event("b", at(60)), event("c", at(120)), event("d", at(181)))).toEqual([
    ["a", "b", "c"],
    ["d"],
  ]);
});

test("an event that differs in activity, XP or questions, or lacks XP or an activity, is not a twin", () => {
  const others = [{ activityKey: "ex-2" }, { xp: 40_000n }, { total: 90_000n }, { correct: null }];
  expect(groups(event("a"), ...others.map((other, n) => event(`b${n}`, other)))).toHaveLength(5);
  expect(groups(event("a", { xp: 0n }), event("b", { xp: 0n }))).toHaveLength(2);
  expect(groups(event("a", { activityKey: null }), event("b", { activityKey: null }))).toHaveLength(2);
});
