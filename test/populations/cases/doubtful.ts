import { subsetSums, xp } from "../kit/cents.js";
import { bankSum, type Plan } from "../lessons/plan.js";
import { baseAt } from "../vendors/catalogue.js";
import { isSomePay } from "../vendors/pay.js";
import type { Case } from "./case.js";
import { looksBundled } from "./honest-pay.js";

const hasBanks = (plan: Plan): boolean => bankSum(plan) > 0;

/** Would own and banked XP together be a payment of the same base? */
function looksOwn(plan: Plan): boolean {
  const base = baseAt(plan.unit.exercise, plan.finishedAt);
  return base !== null && plan.own > 0 && hasBanks(plan) && isSomePay(base, plan.own + bankSum(plan));
}

/** Lessons of apps that bundle sometimes, of which no record tells which lesson it was. */
export const DOUBTFUL: readonly Case[] = [
  {
    name: "points-beside-banks",
    apps: ["quietwater"],
    watched: "some",
    must: hasBanks,
    stage: (plan, { dice }) => {
      plan.isBundled = dice.oneIn(2);
      plan.reason = "points of its own, no base, no own result: nothing says what the exercise was worth";
    },
  },
  {
    name: "two-tables-pay-it",
    apps: ["mumblecore"],
    watched: "some",
    must: (plan) => looksOwn(plan) || looksBundled(plan),
    stage: (plan) => {
      plan.isBundled = looksOwn(plan);
      plan.reason = "without answers, one factor pays the total and another one pays what remains";
    },
  },
  {
    name: "bonus-or-bundle",
    apps: ["mottled"],
    watched: "some",
    must: hasBanks,
    stage: (plan, { dice }) => {
      plan.isBundled = dice.oneIn(2);
      const drawn = xp(dice.between(1, 6));
      plan.bonus = plan.isBundled ? 0 : drawn;
      const isBanked = subsetSums(plan.watched.map(({ pays }) => pays)).has(drawn);
      plan.reason =
        plan.isBundled || isBanked
          ? "the app pays bonuses of such sizes without banks too, and bundles at other times"
          : "a bonus that no banked XP comes to";
    },
  },
];
