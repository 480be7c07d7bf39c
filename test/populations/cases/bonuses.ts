import { xp } from "../kit/cents.js";
import { weekday } from "../kit/clock.js";
import { bankSum, type Lesson, type Plan } from "../lessons/plan.js";
import type { Case } from "./case.js";

const STREAK = { least: 1, most: 5 };
const SPEED = xp(2);
const PERFECT_WEEK = xp(10);

const ownIsBanked = (plan: Plan): boolean => plan.own > 0 && plan.own === bankSum(plan);
const doubles = (plan: Plan): void => {
  plan.bonus = plan.own;
};
const promotion = (kind: "double-day" | "double-week"): Case => ({
  name: kind,
  apps: ["doubloon"],
  watched: "any",
  always: true,
  fits: ({ slot }, { doubleDays }) => doubleDays.get(slot.day) === kind,
  wish: ownIsBanked,
  stage: (plan) => {
    doubles(plan);
    plan.reason = `a ${kind} of the app: every event pays twice, whatever was banked`;
  },
});

const isFriday = ({ slot }: Lesson): boolean => weekday(slot.day) === 5;

/** Honest payments beyond the table that the own result does not show. They come with and without banked XP. */
export const BONUSES: readonly Case[] = [
  promotion("double-day"),
  promotion("double-week"),
  {
    name: "double-one-in-16",
    apps: ["doubloon"],
    watched: "any",
    fits: ({ slot }, { doubleDays }) => !doubleDays.has(slot.day),
    wish: ownIsBanked,
    stage: (plan) => {
      doubles(plan);
      plan.reason = "the app pays one event in 16 twice, by lot";
    },
  },
  {
    name: "bonus-perfect-week",
    apps: ["larkspur"],
    watched: "any",
    fits: isFriday,
    wish: (plan) => bankSum(plan) === PERFECT_WEEK,
    stage: (plan) => {
      plan.bonus = PERFECT_WEEK;
      plan.reason = "10 XP for a week without a missed day";
    },
  },
  {
    name: "bonus-streak",
    apps: ["larkspur"],
    watched: "any",
    wish: (plan) => bankSum(plan) >= xp(STREAK.least) && bankSum(plan) <= xp(STREAK.most),
    stage: (plan, { dice, coincide }) => {
      const drawn = xp(dice.between(STREAK.least, STREAK.most));
      const banked = bankSum(plan);
      plan.bonus = coincide && banked > 0 && banked <= xp(STREAK.most) ? banked : drawn;
      plan.reason = "a streak pays 1 to 5 XP";
    },
  },
  {
    name: "bonus-speed",
    apps: ["larkspur"],
    watched: "any",
    wish: (plan) => bankSum(plan) === SPEED,
    stage: (plan) => {
      plan.bonus = SPEED;
      plan.reason = "2 XP for a quick exercise";
    },
  },
];
