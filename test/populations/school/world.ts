import { DAY, dayAfter, HOUR, type Moment, midnight, weekday } from "../kit/clock.js";
import { Dice } from "../kit/dice.js";
import type { Options } from "../options.js";
import { APPS } from "../vendors/all.js";
import { type Course, coursesOf } from "../vendors/catalogue.js";
import { openSchools, type School } from "./calendar.js";
import { drawPerson, type Person } from "./people.js";

/** The turning points of the year. */
export interface Moments {
  start: Moment;
  /** When two apps change how they pay. */
  half: Moment;
  /** When `source-1` is read. */
  firstRead: Moment;
  /** When the second term's courses and line items take over. */
  rollover: Moment;
  /** When `source-2` is read: after all that happens. */
  secondRead: Moment;
}

/** Everything that stands before the first bell. */
export interface World {
  options: Options;
  days: readonly string[];
  schools: readonly School[];
  people: readonly Person[];
  courses: ReadonlyMap<string, readonly Course[]>;
  moments: Moments;
  /** Days on the schools' calendars on which Doubloon pays twice, and why. */
  doubleDays: ReadonlyMap<string, "double-day" | "double-week">;
}

/** Sets the stage. The same options set the same. */
export function openWorld(options: Options): World {
  const { seed, days: count, start } = options;
  const days = Array.from({ length: count }, (_, index) => dayAfter(start, index));
  const dayAt = (share: number): Moment => midnight(start) + Math.floor((count * share) / 10) * DAY;
  const moments: Moments = {
    start: midnight(start),
    half: dayAt(5),
    firstRead: dayAt(6) + 4 * HOUR + 10 * 60_000,
    rollover: dayAt(7),
    secondRead: midnight(start) + (count + 30) * DAY + 5 * HOUR,
  };
  const end = midnight(start) + count * DAY;
  const schools = openSchools(seed, start, count);
  const span = { start: moments.start, firstRead: moments.firstRead, end };
  const revision = { share: options.rates["base-changed"], from: moments.half, until: end };
  return {
    options,
    days,
    schools,
    moments,
    people: Array.from({ length: options.students }, (_, index) => drawPerson(options, schools, APPS, index, span)),
    courses: new Map(APPS.map((app) => [app.slug, coursesOf(seed, app, revision)])),
    doubleDays: doubleDaysOf(options, days),
  };
}

/** Whole weeks from Monday on, and single days outside of them. */
function doubleDaysOf({ seed, rates }: Options, days: readonly string[]): Map<string, "double-day" | "double-week"> {
  const dice = new Dice(seed, "double days");
  const doubled = new Map<string, "double-day" | "double-week">();
  let isWeek = false;
  for (const day of days) {
    if (weekday(day) === 1) isWeek = dice.chance(rates["double-week"]);
    const isDay = dice.chance(rates["double-day"]);
    if (isWeek) doubled.set(day, "double-week");
    else if (isDay) doubled.set(day, "double-day");
  }
  return doubled;
}
