import { subsetSums, xp } from "../kit/cents.js";
import { bankSum, type Plan } from "../lessons/plan.js";
import { baseAt } from "../vendors/catalogue.js";
import { isPayOf } from "../vendors/pay.js";
import type { Case } from "./case.js";

const hasBanks = (plan: Plan): boolean => bankSum(plan) > 0;

/** What Mumblecore pays for: the factors that its other lessons show, in thousandths. */
const MUMBLED = [1250, 1000, 500];
const payable = (plan: Plan, paid: number): boolean => {
  const base = baseAt(plan.unit.exercise, plan.finishedAt);
  return base !== null && paid > 0 && isPayOf(MUMBLED, base, paid);
};
const couldHoldBanks = (plan: Plan): boolean => hasBanks(plan) && payable(plan, plan.own - bankSum(plan));
const couldBeOwn = (plan: Plan): boolean => plan.own > 0 && hasBanks(plan) && payable(plan, plan.own + bankSum(plan));

/** What Quietwater's exercises and Mottled Owl's bonuses come to at most. */
const MOST_POINTS = xp(12);
const MOST_BONUS = xp(6);
const totalIsUsual = (plan: Plan): boolean => plan.own + bankSum(plan) <= MOST_POINTS;

/** Lessons of apps that bundle sometimes, of which no record tells which lesson it was. */
export const DOUBTFUL: readonly Case[] = [
  {
    name: "points-beside-banks",
    apps: ["quietwater"],
    watched: "some",
    must: (plan) => hasBanks(plan) && (totalIsUsual(plan) || plan.own > bankSum(plan)),
    stage: (plan, { dice }) => {
      const isEither = dice.oneIn(2) || plan.own <= bankSum(plan);
      plan.isBundled = totalIsUsual(plan) && isEither;
      plan.reason = "points of its own, no base, no own result: nothing says what the exercise was worth";
    },
  },
  {
    name: "two-tables-pay-it",
    apps: ["mumblecore"],
    watched: "some",
    must: (plan) => couldBeOwn(plan) || couldHoldBanks(plan),
    stage: (plan) => {
      plan.isBundled = couldBeOwn(plan);
      plan.reason = "without answers, one factor pays the total and another one pays what remains";
    },
  },
  {
    name: "bonus-or-bundle",
    apps: ["mottled"],
    watched: "any",
    must: (plan) => bankSum(plan) <= MOST_BONUS,
    stage: (plan, { dice }) => {
      plan.isBundled = dice.oneIn(2) && hasBanks(plan);
      const drawn = xp(dice.between(1, MOST_BONUS / 100));
      plan.bonus = plan.isBundled ? 0 : drawn;
      const isBanked = subsetSums(plan.watched.map(({ pays }) => pays)).has(drawn);
      plan.reason =
        plan.isBundled || isBanked
          ? "the app pays bonuses of such sizes without banks too, and bundles at other times"
          : "a bonus that no banked XP comes to";
    },
  },
];
