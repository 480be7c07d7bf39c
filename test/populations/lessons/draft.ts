import { type Cents, xp } from "../kit/cents.js";
import { type Moment, SECOND } from "../kit/clock.js";
import type { Dice } from "../kit/dice.js";
import type { World } from "../school/world.js";
import { baseAt, type Resource, type Unit } from "../vendors/catalogue.js";
import { type Answers, sheetOf, tablePay } from "../vendors/pay.js";
import { bankSum, type Lesson, type Plan, type Watched } from "./plan.js";

/** What a draft is wanted to be like. */
export interface Wanted {
  /** Videos or articles beside the exercise: some, none, or as it comes. */
  watched: "some" | "none" | "any";
  must: (plan: Plan) => boolean;
  wish: (plan: Plan) => boolean;
}

const TRIES = 80;
const AHEAD = 14;

/** Draws lessons until one is as it must be and as it is wished; else one that is as it must be; else any. */
export function draft(world: World, lesson: Lesson, dice: Dice, units: readonly Unit[], wanted: Wanted): Plan {
  const next = units.slice(0, AHEAD);
  let best = drawPlan(world, lesson, dice, dice.pick(next), wanted.watched);
  for (let tries = 1; tries < TRIES && !(wanted.must(best) && wanted.wish(best)); tries += 1) {
    const plan = drawPlan(world, lesson, dice, dice.pick(next), wanted.watched);
    if (wanted.must(plan) && (wanted.wish(plan) || !wanted.must(best))) best = plan;
  }
  return best;
}

function drawPlan(world: World, lesson: Lesson, dice: Dice, unit: Unit, wants: Wanted["watched"]): Plan {
  const count = wants === "none" ? 0 : dice.between(wants === "some" ? 1 : 0, 3);
  const minutes = dice.between(2, 9);
  const resources = dice.some(unit.passives, count);
  const seconds = resources.map((resource) => secondsOf(dice, resource));
  const activeSeconds = minutes * 60 + (dice.oneIn(3) ? dice.between(1, 25) : 0);
  let at = lesson.slot.from + dice.between(20, 120) * SECOND;
  const starts = seconds.map((length) => {
    at += (length + dice.between(5, 40)) * SECOND;
    return at;
  });
  const finishedAt = at + activeSeconds * SECOND + dice.below(SECOND);
  const attempt = 1;
  const answers = answersOf(dice, unit);
  const plan: Plan = {
    ...{ lesson, unit, attempt, answers, activeSeconds, finishedAt, bonus: 0, watched: [], nearby: [], aftercare: [] },
    own: ownPay(world, lesson, unit, { answers, attempt, activeSeconds, finishedAt, dice }),
    isBundled: false,
    resultAt: lesson.slot.syncAt ?? finishedAt + dice.between(200, 900),
    ...{ resultDay: null, resultTellsEnd: true, className: "", reason: "", isTakenBack: false },
  };
  plan.watched = resources.map((resource, index) =>
    bankOf(plan, dice, resource, { seconds: seconds[index] ?? 0, watchedAt: starts[index] ?? at, place: index }),
  );
  plan.isBundled = lesson.app.bundles === "always" && plan.watched.length > 0 && bankSum(plan) > 0;
  return plan;
}

/** Mostly as long as the resource is worth in minutes, sometimes shorter. */
function secondsOf(dice: Dice, { base }: Resource): number {
  const whole = Math.max(1, (base ?? 100) / 100);
  const minutes = dice.oneIn(3) ? dice.between(1, whole) : whole;
  return minutes * 60 + dice.below(50);
}

function answersOf(dice: Dice, { exercise }: Unit): Answers {
  const total = exercise.kind === "test" ? 20 : dice.pick([5, 8, 10, 12]);
  const wrong = dice.pick([0, 0, 0, 1, 1, 2, 4]);
  return { total, correct: total - Math.min(wrong, total) };
}

interface Effort {
  answers: Answers;
  attempt: number;
  activeSeconds: number;
  finishedAt: Moment;
  dice: Dice;
}

/** What the exercise earns by the app's rule at that time. */
export function ownPay(world: World, { app }: Lesson, unit: Unit, effort: Effort): Cents {
  if (app.pays === "minutes") return xp(Math.floor(effort.activeSeconds / 60));
  if (app.pays === "points") return xp(effort.dice.between(1, 12));
  const sheet = sheetOf(app, effort.finishedAt >= world.moments.half);
  return tablePay(sheet, baseAt(unit.exercise, effort.finishedAt) ?? 0, effort.answers, effort.attempt);
}

function bankOf(
  { lesson, finishedAt }: Plan,
  dice: Dice,
  resource: Resource,
  { seconds, watchedAt, place }: { seconds: number; watchedAt: Moment; place: number },
): Watched {
  const { bank } = lesson.app;
  const full = resource.base ?? 0;
  const capped = Math.min(full, xp(Math.floor(seconds / 60)));
  const pays = bank.pays === "minutes" ? capped : full;
  const { syncAt } = lesson.slot;
  const delay = dice.between(700, 2600) + place * dice.between(60, 400);
  const own = bank.order === "before" ? finishedAt - 2 * SECOND + place * 90 : finishedAt + delay;
  return {
    ...{ resource, seconds, watchedAt, pays },
    inEvent: bank.inEvent === "minutes" ? capped : pays,
    bankedAt: syncAt === null ? own : syncAt + delay,
    outcome: "banked",
    reason: bank.reason,
    byDay: false,
    aftermath: null,
  };
}
