import { wholeAt } from "./digits.js";

/** An exact instant in UTC (`2025-03-01T08:00:00.000000Z`), or one line that says why the text is not an instant. */
export type InstantReading = { ok: true; instant: string } | { ok: false; why: string };

const ISO = /^(\d{4}-\d\d-\d\d)(?:[Tt](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(.*)$/;
const OFFSET = /^([+-])(\d\d)(?::?(\d\d))?$/;
const FIRST_YEAR = 1900;
const LAST_YEAR = 2999;

/**
 * Reads an ISO 8601 instant that carries its offset (`Z`, `±HH:MM`, `±HHMM`, `±HH`). Digits are moved, never
 * computed in floating point: microseconds stay exact, finer ones are cut off, and the process's time zone plays no
 * part. Hour 24, second 60, days that do not exist and years outside 1900..2999 (in UTC) are refused.
 */
export function readInstant(text: string): InstantReading {
  const parts = ISO.exec(text);
  if (parts === null) return refuse("expected an ISO 8601 instant such as 2025-03-01T08:00:00Z");
  const [, date = "", time, second = "00", fraction = "", zone = ""] = parts;
  if (time === undefined) return refuse("expected a date and a time with an offset");
  if (zone === "") return refuse("the offset is missing (Z or ±HH:MM)");
  const fault = dateFault(date) ?? clockFault(time, second);
  if (fault !== null) return refuse(fault);
  const offset = offsetMinutes(zone);
  if (offset === null) return refuse("expected an offset such as Z or +02:00 at the end");
  const wall = `${date}T${time}:${second}`;
  const utc = offset === 0 ? wall : shifted(wall, -offset);
  const year = wholeAt(utc, 0, 4);
  if (year < FIRST_YEAR || year > LAST_YEAR) return refuse(`the year is outside ${FIRST_YEAR}..${LAST_YEAR}`);
  return { ok: true, instant: `${utc}.${fraction.slice(0, 6).padEnd(6, "0")}Z` };
}

const refuse = (why: string): InstantReading => ({ ok: false, why });

function dateFault(date: string): string | null {
  const month = wholeAt(date, 5, 7);
  const day = wholeAt(date, 8, 10);
  if (month < 1 || month > 12) return "there is no such month";
  if (day < 1 || day > daysIn(wholeAt(date, 0, 4), month)) return "there is no such day";
  return null;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function clockFault(time: string, second: string): string | null {
  if (wholeAt(time, 0, 2) > 23) return "the hour is past 23";
  if (wholeAt(time, 3, 5) > 59) return "the minute is past 59";
  if (wholeAt(second, 0, 2) > 59) return "the second is past 59";
  return null;
}

/** Minutes east of UTC; null if the text is not an offset. */
function offsetMinutes(zone: string): number | null {
  if (zone === "Z" || zone === "z") return 0;
  const [, sign, hours = "", minutes = "00"] = OFFSET.exec(zone) ?? [];
  if (sign === undefined || hours > "23" || minutes > "59") return null;
  const size = Number(hours) * 60 + Number(minutes);
  return sign === "-" ? -size : size;
}

/** Shifts whole seconds by whole minutes: integers throughout, so Date, in UTC, is exact here. */
function shifted(wall: string, minutes: number): string {
  const moved = new Date(Date.parse(`${wall}Z`) + minutes * 60_000).toISOString();
  return moved.slice(0, moved.length - ".000Z".length);
}
