import { dayAfter, weekday, type Zone } from "../kit/clock.js";
import { Dice } from "../kit/dice.js";

/** What a day is to a school. */
export type DayKind = "school" | "half" | "make-up" | "weekend" | "holiday" | "snow";

export interface School {
  slug: string;
  name: string;
  zone: Zone;
  mailHost: string;
  /** When its bus leaves and arrives, in minutes after midnight; nobody is online on it. */
  bus: readonly [number, number];
  days: ReadonlyMap<string, DayKind>;
}

/** Days off, as MM-DD, both included. */
const BREAKS: readonly (readonly [string, string])[] = [
  ["09-02", "09-02"],
  ["10-14", "10-14"],
  ["11-27", "11-29"],
  ["12-21", "12-31"],
  ["01-01", "01-03"],
  ["01-20", "01-20"],
  ["02-17", "02-17"],
  ["03-24", "03-28"],
  ["05-26", "05-26"],
  ["06-14", "08-11"],
];

const PLACES = [
  {
    slug: "cedar-falls",
    name: "Cedar Falls Middle School",
    mailHost: "cedarfalls-k12.example",
    bus: [15 * 60, 15 * 60 + 50],
    zone: { name: "America/Chicago", winter: -360, summer: -300, summerDays: ["03-09", "11-02"] },
  },
  {
    slug: "hanauma",
    name: "Hanauma Bay School",
    mailHost: "hanauma.example",
    bus: [14 * 60 + 20, 15 * 60 + 20],
    zone: { name: "Pacific/Honolulu", winter: -600, summer: -600, summerDays: null },
  },
  {
    slug: "lindenhof",
    name: "Lindenhof International",
    mailHost: "lindenhof.example",
    bus: [16 * 60, 16 * 60 + 40],
    zone: { name: "Europe/Berlin", winter: 60, summer: 120, summerDays: ["03-30", "10-26"] },
  },
] as const;

/** The schools with their days, from the first day of the population on. */
export function openSchools(seed: number, start: string, count: number): School[] {
  return PLACES.map((place) => ({ ...place, days: calendarOf(new Dice(seed, "days", place.slug), start, count) }));
}

function calendarOf(dice: Dice, start: string, count: number): Map<string, DayKind> {
  const days = new Map<string, DayKind>();
  let owed = 0;
  for (let index = 0; index < count; index += 1) {
    const day = dayAfter(start, index);
    const kind = kindOf(dice, day, owed);
    if (kind === "snow") owed += 1;
    if (kind === "make-up") owed -= 1;
    days.set(day, kind);
  }
  return days;
}

/** Days lost to the weather are made up on the Saturdays that follow. */
function kindOf(dice: Dice, day: string, owed: number): DayKind {
  const closes = dice.oneIn(28);
  const isHalf = dice.oneIn(15);
  if (isBreak(day)) return "holiday";
  if (weekday(day) === 6) return owed > 0 ? "make-up" : "weekend";
  if (weekday(day) === 0) return "weekend";
  if (closes) return "snow";
  return isHalf ? "half" : "school";
}

const isBreak = (day: string): boolean => BREAKS.some(([first, last]) => day.slice(5) >= first && day.slice(5) <= last);
