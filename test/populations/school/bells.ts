import { localTime, MINUTE, type Moment } from "../kit/clock.js";
import type { Dice } from "../kit/dice.js";
import type { DayKind, School } from "./calendar.js";

/** Where a lesson is had, which says whether the device is online. */
export type Place = "classroom" | "study-hall" | "bus" | "home";

/** A stretch of a student's day with a device. */
export interface Slot {
  place: Place;
  day: string;
  dayKind: DayKind;
  from: Moment;
  until: Moment;
  /** When the device is online again, where it is not. */
  syncAt: Moment | null;
}

/** First minute and length of the periods; breaks stand between them. */
const PERIODS: readonly (readonly [number, number])[] = [
  [490, 45],
  [540, 45],
  [600, 45],
  [650, 45],
  [750, 45],
  [800, 45],
];
const STUDY_HALL = ["study-hall", 850, 40] as const;
const HALF_DAY = 3;
const MAKE_UP = 4;

/** What a student's timetable says: which two periods are had on devices, who rides the bus, who works at home. */
export interface Timetable {
  periods: readonly [number, number];
  ridesBus: boolean;
  worksAtHome: boolean;
}

/** A timetable for the year. */
export function drawTimetable(dice: Dice): Timetable {
  const first = dice.below(3);
  return { periods: [first, 3 + dice.below(3)], ridesBus: dice.oneIn(3), worksAtHome: dice.oneIn(3) };
}

/** The stretches of one day. A half day ends after three periods, a make-up Saturday has four in a row. */
export function slotsOf(dice: Dice, school: School, day: string, timetable: Timetable): Slot[] {
  const dayKind = school.days.get(day) ?? "weekend";
  const hours = [...periodsOf(dayKind, timetable), ...othersOf(dice, dayKind, timetable, school)];
  return hours.map(([place, from, minutes]) => ({
    place,
    day,
    dayKind,
    from: localTime(school.zone, day, from) + dice.below(90) * 1000,
    until: localTime(school.zone, day, from + minutes),
    syncAt: place === "bus" ? syncAfterBus(dice, school, day) : null,
  }));
}

/** A place, the minute after midnight, and the minutes that it lasts. */
type Hours = readonly [Place, number, number];

/** One time in so many days of a kind, those who work at home do. */
const HOMEWORK: Record<DayKind, number> = { school: 3, half: 8, "make-up": 8, weekend: 6, holiday: 20, snow: 1 };

/** Study halls, bus rides and work at home. */
function othersOf(dice: Dice, kind: DayKind, { ridesBus, worksAtHome }: Timetable, { bus }: School): Hours[] {
  const [hall, ride, home] = [dice.oneIn(4), dice.oneIn(2), dice.oneIn(HOMEWORK[kind])];
  const evening = 17 * 60 + 30 + dice.below(120);
  const hours: Hours[] = [];
  if (kind === "school" && hall) hours.push(STUDY_HALL);
  if (kind === "school" && ride && ridesBus) hours.push(["bus", bus[0] + 4, 36]);
  if (home && worksAtHome) hours.push(["home", kind === "snow" ? 10 * 60 : evening, 50]);
  return hours;
}

function periodsOf(kind: DayKind, { periods }: Timetable): Hours[] {
  const hours = PERIODS.map(([from, minutes]): Hours => ["classroom", from, minutes]);
  if (kind === "make-up") return hours.slice(0, MAKE_UP);
  if (kind !== "school" && kind !== "half") return [];
  return hours.filter((_, index) => periods.includes(index) && (kind === "school" || index < HALF_DAY));
}

/** The device finds a network at home the same evening, or only in school on the next morning. */
function syncAfterBus(dice: Dice, school: School, day: string): Moment {
  const nextMorning = dice.oneIn(3);
  const minutes = nextMorning ? 24 * 60 + 470 + dice.below(15) : school.bus[1] + 20 + dice.below(200);
  return localTime(school.zone, day, minutes) + dice.below(60) * 1000 + (dice.below(1000) % MINUTE);
}
