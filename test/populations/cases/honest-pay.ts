import { subsetSums } from "../kit/cents.js";
import { SECOND } from "../kit/clock.js";
import { bankSum, type Plan } from "../lessons/plan.js";
import type { World } from "../school/world.js";
import { baseAt } from "../vendors/catalogue.js";
import { isSomePay, tablePay } from "../vendors/pay.js";
import type { Case } from "./case.js";

/** Would a lower payment of the same base, and the banked XP on top, come to the same? */
export function looksBundled(plan: Plan): boolean {
  const base = baseAt(plan.unit.exercise, plan.finishedAt);
  const rest = plan.own - bankSum(plan);
  return base !== null && bankSum(plan) > 0 && rest > 0 && isSomePay(base, rest);
}

/** Is what the new sheet pays more than the old one among what was banked? */
function changeIsBanked({ lesson, unit, answers, attempt, own, watched, finishedAt }: Plan): boolean {
  const before = tablePay(lesson.app.sheets.first, baseAt(unit.exercise, finishedAt) ?? 0, answers, attempt);
  return own > before && subsetSums(watched.map(({ pays }) => pays)).has(own - before);
}

/** Would the base of today, paid by the same table, and the banked XP come to the same? */
function newBaseAndBanks(plan: Plan): boolean {
  const { unit, lesson, answers, attempt, own } = plan;
  const { changed } = unit.exercise;
  if (!changed || bankSum(plan) === 0) return false;
  return tablePay(lesson.app.sheets.first, changed.base, answers, attempt) + bankSum(plan) === own;
}

const isLater = ({ finishedAt }: Plan, { moments }: World): boolean => finishedAt >= moments.half;

/** Lessons of apps that pay by rule, whose payment looks as if it held banked XP. */
export const HONEST_PAY: readonly Case[] = [
  {
    name: "bank-before-exercise",
    apps: ["ferrous"],
    watched: "some",
    wish: looksBundled,
    stage: (plan) => {
      plan.reason = "the bank's clock is two seconds slow; the event pays what the table says";
      plan.watched.forEach((one, index) => {
        if (plan.lesson.slot.syncAt === null) one.bankedAt = plan.finishedAt - 2 * SECOND + index * 90;
      });
    },
  },
  {
    name: "base-changed",
    apps: ["palimpsest"],
    watched: "any",
    always: true,
    must: ({ unit, finishedAt }) => (unit.exercise.changed?.at ?? 0) > finishedAt,
    wish: newBaseAndBanks,
    stage: (plan) => {
      plan.reason = "the author changed the base XP afterwards; the resource's dateLastModified says so";
    },
  },
  {
    name: "table-changed",
    apps: ["gearshift"],
    watched: "any",
    fits: ({ slot }, { moments }) => slot.from >= moments.half,
    must: isLater,
    wish: changeIsBanked,
    stage: (plan) => {
      plan.reason = "the app pays by a more generous table since half-term";
    },
  },
  {
    name: "rounding-changed",
    apps: ["halfpenny"],
    watched: "any",
    fits: ({ slot }, { moments }) => slot.from >= moments.half,
    must: isLater,
    wish: changeIsBanked,
    stage: (plan) => {
      plan.reason = "the app rounds up since half-term";
    },
  },
  {
    name: "own-equals-sum",
    apps: ["twinpath", "ferrous"],
    watched: "some",
    must: looksBundled,
    stage: (plan) => {
      plan.reason = "its own score is by chance what a lower one and the banked XP come to; the answers say which";
    },
  },
];
