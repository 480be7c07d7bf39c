import { type Cents, subsetSums } from "../kit/cents.js";
import { eventXp, type Plan } from "../lessons/plan.js";
import type { World } from "../school/world.js";
import { baseAt } from "../vendors/catalogue.js";
import { isSomePay, tablePay } from "../vendors/pay.js";
import { type Played, type Result, versionAt } from "./records.js";

/** What the files hold that tells an exercise's own XP. */
export type OwnEvidence = "own-result" | "time-event" | "base-and-answers";

/** The row and those that took its place. */
const homesOf = (result: Result): Result[] =>
  result.movedTo === null ? [result] : [result, ...homesOf(result.movedTo)];

/** The XP amounts that either reading shows of a result, whatever its status. */
function shownXp({ moments }: World, result: Result): Cents[] {
  const versions = homesOf(result).flatMap((home) =>
    [moments.firstRead, moments.secondRead].map((at) => versionAt(home, at)),
  );
  return versions.flatMap((version) => (version?.xp ? [version.xp] : []));
}

/** All that tells what the exercise was worth by itself. */
export function ownEvidence(world: World, { plan, own }: Played): OwnEvidence[] {
  const { app } = plan.lesson;
  const found: OwnEvidence[] = [];
  if (own && app.ownResult === "own") found.push("own-result");
  if (app.pays === "minutes" && app.tellsTime) found.push("time-event");
  const hasBase = baseAt(plan.unit.exercise, world.moments.secondRead) !== null;
  if (app.pays === "table" && hasBase && app.tellsQuestions) found.push("base-and-answers");
  return found;
}

/** The banks whose XP somebody could read, at its first amount or at another. */
export const seenBanks = (world: World, { banks }: Played): Result[] =>
  banks.filter((bank) => bank !== null).filter((bank) => shownXp(world, bank).length > 0);

/** Does the event carry more than the app's first sheet, and its own result, say of it? */
export function paysMore({ bonus, lesson, unit, answers, attempt, own, finishedAt }: Plan): boolean {
  const { pays, sheets } = lesson.app;
  if (bonus > 0 || pays !== "table") return bonus > 0;
  return own > tablePay(sheets.first, baseAt(unit.exercise, finishedAt) ?? 0, answers, attempt);
}

/** Do its numbers alone speak for the opposite? */
export function coincides(world: World, { plan }: Played): boolean {
  const sums = subsetSums([...plan.watched, ...plan.nearby].map(({ pays }) => pays));
  if (!plan.isBundled) return sums.has(plan.bonus) || hasLowerPay(world, plan, sums);
  const base = baseAt(plan.unit.exercise, plan.finishedAt);
  return base !== null && isSomePay(base, eventXp(plan));
}

function hasLowerPay({ moments }: World, plan: Plan, sums: ReadonlySet<Cents>): boolean {
  const bases = [plan.finishedAt, moments.secondRead].map((at) => baseAt(plan.unit.exercise, at));
  return bases.some((base) => base !== null && [...sums].some((sum) => sum > 0 && isRest(base, plan.own - sum)));
}

const isRest = (base: Cents, rest: Cents): boolean => rest > 0 && isSomePay(base, rest);
