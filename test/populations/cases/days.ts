import { DAY, HOUR, localDay, MINUTE, utcDay } from "../kit/clock.js";
import type { Plan } from "../lessons/plan.js";
import type { Case } from "./case.js";

const earns = (plan: Plan): boolean => plan.own > 0;

/** Lessons that are counted on wrong days, or twice, without any bundle. */
export const DAYS: readonly Case[] = [
  {
    name: "own-result-by-date",
    apps: ["juniper", "larkspur"],
    watched: "any",
    fits: ({ slot, school }) => slot.place === "home" && school.zone.winter < 0,
    must: (plan) => earns(plan) && localDay(plan.lesson.school.zone, plan.finishedAt) !== utcDay(plan.finishedAt),
    stage: (plan) => {
      plan.resultTellsEnd = false;
      plan.resultDay = localDay(plan.lesson.school.zone, plan.finishedAt);
      plan.reason = "the own result has the local date only, which is the day before in UTC";
    },
  },
  {
    name: "own-result-at-sync",
    apps: ["juniper", "larkspur"],
    watched: "any",
    must: earns,
    stage: (plan, { dice }) => {
      plan.resultAt = plan.finishedAt + dice.between(1, 4) * DAY + dice.between(1, 300) * MINUTE + HOUR;
      plan.resultTellsEnd = dice.oneIn(2);
      plan.reason = "the own result was stamped days later, when a device synchronised";
    },
  },
];
