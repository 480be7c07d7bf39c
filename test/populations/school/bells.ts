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
const STUDY_HALL = [850, 40] as const;
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
  const slot = (place: Place, from: number, minutes: number): Slot => ({
    place,
    day,
    dayKind,
    from: localTime(school.zone, day, from) + dice.below(90) * 1000,
    until: localTime(school.zone, day, from + minutes),
    syncAt: place === "bus" ? syncAfterBus(dice, school, day) : null,
  });
  const home = () => slot("home", 17 * 60 + 30 + dice.below(120), 50);
  if (dayKind === "weekend") return timetable.worksAtHome && dice.oneIn(6) ? [home()] : [];
  if (dayKind === "holiday") return timetable.worksAtHome && dice.oneIn(20) ? [home()] : [];
  if (dayKind === "snow") return timetable.worksAtHome ? [slot("home", 10 * 60, 60)] : [];
  const slots = periodsOf(dayKind, timetable).map((index) => slot("classroom", ...(PERIODS[index] ?? [490, 45])));
  if (dayKind !== "school") return slots;
  if (dice.oneIn(4)) slots.push(slot("study-hall", ...STUDY_HALL));
  if (timetable.ridesBus && dice.oneIn(2)) slots.push(slot("bus", school.bus[0] + 4, 36));
  if (timetable.worksAtHome && dice.oneIn(3)) slots.push(home());
  return slots;
}

function periodsOf(kind: DayKind, { periods }: Timetable): number[] {
  if (kind === "make-up") return Array.from({ length: MAKE_UP }, (_, index) => index);
  return kind === "half" ? periods.filter((period) => period < HALF_DAY) : [...periods];
}

/** The device finds a network at home the same evening, or only in school on the next morning. */
function syncAfterBus(dice: Dice, school: School, day: string): Moment {
  const nextMorning = dice.oneIn(3);
  const minutes = nextMorning ? 24 * 60 + 470 + dice.below(15) : school.bus[1] + 20 + dice.below(200);
  return localTime(school.zone, day, minutes) + dice.below(60) * 1000 + (dice.below(1000) % MINUTE);
}
