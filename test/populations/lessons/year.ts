import { CASES } from "../cases/all.js";
import type { Case } from "../cases/case.js";
import { looksBundled } from "../cases/honest-pay.js";
import { DAY, HOUR, localTime, MINUTE, SECOND } from "../kit/clock.js";
import { Dice } from "../kit/dice.js";
import { moveResults } from "../ledger/fates.js";
import { Ledger } from "../ledger/records.js";
import { type Slot, slotsOf } from "../school/bells.js";
import type { School } from "../school/calendar.js";
import type { Person } from "../school/people.js";
import type { World } from "../school/world.js";
import type { Course, Unit } from "../vendors/catalogue.js";
import type { Habits } from "../vendors/habits.js";
import { draft, ownPay, type Wanted } from "./draft.js";
import { perform } from "./perform.js";
import { bankSum, type Lesson, type Plan } from "./plan.js";

/** How long a leaver's device goes on telling of lessons at home. */
const AFTERGLOW = 6 * DAY;
const yes = (): boolean => true;

/** The whole year, day by day, of all students. */
export function playYear(world: World): Ledger {
  const ledger = new Ledger();
  const progress = world.people.map(() => new Set<Unit>());
  for (const day of world.days) {
    world.people.forEach((person, index) => {
      playDay(world, ledger, person, day, progress[index] ?? new Set());
    });
  }
  for (const person of world.people) moveResults(world, ledger, person);
  return ledger;
}

function playDay(world: World, ledger: Ledger, person: Person, day: string, done: Set<Unit>): void {
  const dice = new Dice(world.options.seed, "lessons", person.index, day);
  const [before, after] = person.schools;
  const school = localTime(before.zone, day, 0) >= person.fateAt ? after : before;
  const slots = slotsOf(dice, school, day, person.timetable).filter((slot) => attends(person, slot));
  slots.forEach((slot, index) => {
    new LessonPlay(world, ledger, dice, done).play(person, school, slot, index);
  });
}

function attends({ fate, fateAt }: Person, { from, place }: Slot): boolean {
  if (fate !== "leaver-email-only" || from < fateAt) return true;
  return place === "home" && from < fateAt + AFTERGLOW;
}

/** Lessons of one student on one day. */
class LessonPlay {
  constructor(
    private readonly world: World,
    private readonly ledger: Ledger,
    private readonly dice: Dice,
    private readonly done: Set<Unit>,
  ) {}

  /** In study halls students of an app with two courses do both at once. */
  play(person: Person, school: School, slot: Slot, index: number): void {
    const { dice, world } = this;
    const double = person.apps.find(({ courses }) => courses.length > 1);
    const isDouble = dice.chance(world.options.rates["two-courses"]);
    const inTurn = person.apps[index % 2] ?? person.apps[0];
    const app = slot.place === "classroom" ? inTurn : dice.pick(person.apps);
    const isOffline = dice.chance(world.options.rates["bundle-at-sync"]);
    const atDusk = dice.oneIn(2) ? duskSync(person, school, slot) : null;
    const loaner = dice.chance(world.options.rates["substitute-device"])
      ? { skew: dice.between(-95, 95) * SECOND }
      : null;
    const lesson = (used: Habits, course: Course | undefined): Lesson | null => {
      if (!course || this.unitsOf(course).length === 0) return null;
      const syncAt = used.slug === "tidewheel" ? (slot.syncAt ?? atDusk) : slot.syncAt;
      return { person, school, app: used, course, slot: { ...slot, syncAt: isOffline ? syncAt : null }, loaner };
    };
    if (slot.place === "study-hall" && double && isDouble) {
      const [first, second] = world.courses.get(double.slug) ?? [];
      this.playTwo(lesson(double, first), lesson(double, second));
    } else {
      this.playOne(lesson(app, dice.pick(world.courses.get(app.slug) ?? [])));
    }
  }

  private unitsOf(course: Course): Unit[] {
    return course.units.filter((unit) => !this.done.has(unit));
  }

  private playOne(lesson: Lesson | null): void {
    if (!lesson) return;
    const plan = this.planOf(lesson);
    this.perform(plan);
    const isPoor = plan.answers.correct * 100 < plan.answers.total * 80;
    const isOrdinary = plan.bonus === 0 && !plan.className.startsWith("double-");
    if (isPoor && isOrdinary && this.dice.oneIn(2)) this.perform(this.retake(plan));
  }

  /** An exercise of one course ends within seconds of one of the other, whose videos are banked. */
  private playTwo(first: Lesson | null, second: Lesson | null): void {
    if (!first || !second) return;
    const beside = this.draft(first, { watched: "some", must: (plan) => bankSum(plan) > 0, wish: yes });
    this.perform(beside);
    const isClose = this.dice.chance(this.world.options.coincidence);
    const trap = this.draft(second, {
      watched: "none",
      must: yes,
      wish: (plan) => !isClose || looksBundled({ ...plan, watched: beside.watched }),
    });
    const delay = beside.finishedAt + this.dice.between(-30, 30) * SECOND - trap.finishedAt;
    trap.finishedAt += delay;
    trap.resultAt += delay;
    trap.nearby = beside.watched;
    trap.className = "two-courses";
    trap.reason = "the XP banked within seconds of it belongs to the student's other course";
    this.perform(trap);
  }

  private planOf(lesson: Lesson): Plan {
    const staged = this.staged(lesson);
    if (staged) return staged;
    const watched = lesson.app.bundles === "sometimes" ? "none" : "any";
    return this.draft(lesson, { watched, must: yes, wish: yes });
  }

  /** The lesson as the case that comes up; null where none does, or no lesson of this student is fit for it. */
  private staged(lesson: Lesson): Plan | null {
    const { world, dice } = this;
    const found = CASES.find(
      (one) => isUp(one, lesson, world) && (one.always || dice.chance(world.options.rates[one.name])),
    );
    if (!found) return null;
    const coincide = dice.chance(world.options.coincidence);
    const must = (plan: Plan): boolean => found.must?.(plan, world) ?? true;
    const wish = (plan: Plan): boolean => !coincide || (found.wish?.(plan, world) ?? true);
    const plan = this.draft(lesson, { watched: found.watched, must, wish });
    if (!must(plan)) return null;
    plan.className = found.name;
    found.stage(plan, { world, dice, coincide });
    return plan;
  }

  private draft(lesson: Lesson, wanted: Wanted): Plan {
    return draft(this.world, lesson, this.dice, this.unitsOf(lesson.course), wanted);
  }

  private retake(plan: Plan): Plan {
    const { dice } = this;
    const later = 6 * MINUTE + dice.below(HOUR / 12);
    const attempt = plan.attempt + 1;
    const answers = { total: plan.answers.total, correct: dice.between(plan.answers.correct, plan.answers.total) };
    const next = { ...plan, attempt, answers, finishedAt: plan.finishedAt + later, resultAt: plan.resultAt + later };
    const own = ownPay(this.world, plan.lesson, plan.unit, { ...next, dice });
    return {
      ...next,
      own,
      isBundled: false,
      watched: [],
      aftercare: [],
      className: "",
      reason: "",
      isTakenBack: false,
    };
  }

  private perform(plan: Plan): void {
    this.done.add(plan.unit);
    perform(this.world, this.ledger, plan, this.dice);
  }
}

/** Devices of Tidewheel that school networks do not let in: what they did all day arrives within the same seconds. */
function duskSync({ index }: Person, { zone }: School, { place, day }: Slot): number | null {
  return place === "home" ? null : localTime(zone, day, 16 * 60 + 30 + (index % 90)) + (index % 50) * SECOND;
}

const isUp = ({ apps, fits }: Case, lesson: Lesson, world: World): boolean =>
  apps.includes(lesson.app.slug) && (fits?.(lesson, world) ?? true);
