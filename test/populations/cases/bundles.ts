import { subsetSums, xp } from "../kit/cents.js";
import { DAY, HOUR, MINUTE, SECOND } from "../kit/clock.js";
import { type Aftermath, bundledXp, type Plan, type Watched } from "../lessons/plan.js";
import type { Case } from "./case.js";

const some = (plan: Plan): boolean => plan.isBundled;

/** A case that only names what the app does anyway. */
const habit = (name: Case["name"], app: string, reason: string, must: (plan: Plan) => boolean = some): Case => ({
  name,
  apps: [app],
  watched: "some",
  must,
  stage: (plan) => {
    plan.reason = reason;
  },
});

const CHANGERS = ["brassbell", "second-thought", "tidewheel", "thimble"];

/** A case in which one bank is changed days later. */
const change = (kind: Aftermath["kind"], amount: (one: Watched) => number, reason: string): Case => ({
  name: `bundle-bank-${kind}`,
  apps: CHANGERS,
  watched: "some",
  must: (plan) => plan.isBundled && plan.watched.some(({ pays }) => pays > xp(1)),
  stage: (plan, { dice }) => {
    const one = dice.pick(plan.watched.filter(({ pays }) => pays > xp(1)));
    const at = one.bankedAt + dice.between(1, 20) * DAY + dice.between(1, 9 * 60) * MINUTE;
    one.aftermath = { at, kind, xp: amount(one) };
    plan.reason = reason;
  },
});

/** Bundled events whose banks are hard to see. */
export const BUNDLES: readonly Case[] = [
  change("raised", ({ pays }) => pays + xp(2), "a bank was raised by hand"),
  change("lowered", ({ pays }) => pays - xp(1), "a bank was lowered by hand"),
  change("revoked", () => 0, "a bank was set to 0 by hand"),
  change("deleted", ({ pays }) => pays, "a bank's result was deleted"),
  {
    name: "bundle-bank-failed",
    apps: ["brassbell", "tidewheel"],
    watched: "some",
    must: some,
    stage: (plan, { dice }) => {
      const all = dice.oneIn(3) || plan.watched.length === 1;
      for (const one of all ? plan.watched : plan.watched.slice(-1)) one.outcome = "failed";
      plan.reason = all ? "all bank writes failed" : "one bank write failed";
    },
  },
  {
    name: "bundle-bank-before",
    apps: ["brassbell"],
    watched: "some",
    must: some,
    fits: ({ slot }) => slot.syncAt === null,
    stage: (plan) => {
      plan.watched.forEach((one, index) => {
        one.bankedAt = plan.finishedAt - 2 * SECOND + index * 120;
      });
      plan.reason = "the bank's clock is two seconds slow";
    },
  },
  {
    name: "bank-never-seen",
    apps: ["copperleaf"],
    watched: "some",
    must: some,
    stage: (plan) => {
      for (const one of plan.watched) one.outcome = "unseen";
      plan.reason = "the banks were written and removed before anybody read them";
    },
  },
  {
    name: "bundle-day-stamp",
    apps: ["copperleaf"],
    watched: "some",
    must: some,
    stage: (plan) => {
      for (const one of plan.watched) one.byDay = true;
      plan.reason = "the bank's score_date is a day; its date_last_modified has the second";
    },
  },
  {
    name: "bundle-reason-text",
    apps: ["nightjar"],
    watched: "some",
    must: some,
    stage: (plan) => {
      for (const one of plan.watched) one.reason = `Banked XP: ${one.resource.title}`;
      plan.reason = "the bank's reason names the video";
    },
  },
  habit("bundle-own-table", "kestrel", "the app pays base from 90 % and nothing below"),
  habit("bundle-time-paid", "hourglass", "the app pays minutes, which the time event of the run names"),
  habit("bundle-capped", "thimble", "the event carries the minutes, the result got the full XP", (plan) =>
    plan.watched.some(({ pays, inEvent }) => inEvent > 0 && inEvent < pays),
  ),
  {
    name: "taken-back",
    apps: ["second-thought"],
    watched: "some",
    must: some,
    stage: (plan, { dice }) => {
      const excess = bundledXp(plan);
      const at = plan.finishedAt + (dice.oneIn(2) ? dice.between(2, 50) * MINUTE : dice.between(18, 60) * HOUR);
      plan.isTakenBack = true;
      plan.reason = "the vendor took the excess back by an event of its own; lowering this one would take it twice";
      plan.aftercare.push({ at, xp: -excess, className: "takes-back", reason: "the vendor's own correction" });
    },
  },
  {
    name: "bundle-with-penalty",
    apps: ["second-thought", "brassbell"],
    watched: "some",
    must: some,
    stage: (plan, { dice }) => {
      const parts = subsetSums(plan.watched.map(({ inEvent }) => inEvent));
      const size = [1, 2, 3, 4, 11].map(xp).find((amount) => !parts.has(amount)) ?? xp(13);
      const at = plan.finishedAt + dice.between(3, 90) * MINUTE;
      plan.reason = "a penalty for conduct follows, which takes nothing of the bundle back";
      plan.aftercare.push({ at, xp: -size, className: "penalty", reason: "for conduct" });
    },
  },
];
