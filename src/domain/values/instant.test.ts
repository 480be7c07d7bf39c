import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { readInstant } from "./instant.js";

const zone = process.env.TZ;
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

const instantOf = (text: string) => {
  const reading = readInstant(text);
  return reading.ok ? reading.instant : reading.why;
};

describe("an instant with an offset", () => {
  test.each([
    ["2025-03-01T08:00:00Z", "2025-03-01T08:00:00.000000Z"],
    ["2025-03-01t08:00:00.5z", "2025-03-01T08:00:00.500000Z"],
    ["2025-03-01T08:00Z", "2025-03-01T08:00:00.000000Z"],
    ["2025-03-01T08:00:00.123456789Z", "2025-03-01T08:00:00.123456Z"],
    ["2025-03-01T08:00:00.999999999+00:00", "2025-03-01T08:00:00.999999Z"],
    ["2025-03-01T01:30:00.25+05:30", "2025-02-28T20:00:00.250000Z"],
    ["2024-02-29T23:00:00-0200", "2024-03-01T01:00:00.000000Z"],
    ["2025-12-31T20:00:00-05", "2026-01-01T01:00:00.000000Z"],
    ["1900-01-01T00:00:00Z", "1900-01-01T00:00:00.000000Z"],
    ["2999-12-31T23:59:59.9999999Z", "2999-12-31T23:59:59.999999Z"],
  ])("%s is %s", (text, instant) => {
    expect(instantOf(text)).toBe(instant);
  });

  test("does not depend on the time zone of the process", () => {
    for (const tz of ["UTC", "America/Chicago", "Asia/Kathmandu"]) {
      process.env.TZ = tz;
      expect(instantOf("2025-03-09T02:30:00+05:45")).toBe("2025-03-08T20:45:00.000000Z");
    }
  });

  test("agrees with Date on every whole millisecond", () => {
    const days = fc.date({ min: new Date("1901-01-01"), max: new Date("2999-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(days, fc.integer({ min: -1439, max: 1439 }), (date, minutes) => {
        const size = Math.abs(minutes);
        const two = (n: number) => String(n).padStart(2, "0");
        const offset = `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        const wall = new Date(date.getTime() + minutes * 60_000).toISOString().replace("Z", offset);
        expect(instantOf(wall)).toBe(date.toISOString().replace("Z", "000Z"));
      }),
    );
  });
});

describe("text that is not an instant", () => {
  test.each([
    ["2025-03-01T08:00:00", "offset is missing"],
    ["2025-03-01", "a date and a time"],
    ["2025-03-01T24:00:00Z", "hour is past 23"],
    ["2025-03-01T08:60:00Z", "minute is past 59"],
    ["2025-03-01T08:00:60Z", "second is past 59"],
    ["2025-02-29T08:00:00Z", "no such day"],
    ["1900-02-29T08:00:00Z", "no such day"],
    ["2025-04-31T08:00:00Z", "no such day"],
    ["2025-13-01T08:00:00Z", "no such month"],
    ["1899-12-31T23:59:59Z", "outside 1900..2999"],
    ["1900-01-01T00:00:00+01:00", "outside 1900..2999"],
    ["0000-01-01T00:00:00+01:00", "outside 1900..2999"],
    ["2999-12-31T23:59:59-01:00", "outside 1900..2999"],
    ["9999-12-31T23:59:59-01:00", "outside 1900..2999"],
    ["2025-03-01T08:00:00,5Z", "expected an offset"],
    ["2025-03-01T08:00:00+24:00", "expected an offset"],
    ["2025-03-01T08:00:00+1:00", "expected an offset"],
    ["2025-03-01T08:00:00 Z", "expected an offset"],
    ["2025-03-01 08:00:00Z", "a date and a time"],
    ["20250301T080000Z", "expected an ISO 8601 instant"],
    ["1740816000000", "expected an ISO 8601 instant"],
    ["+02025-03-01T08:00:00Z", "expected an ISO 8601 instant"],
    ["yesterday", "expected an ISO 8601 instant"],
    ["", "expected an ISO 8601 instant"],
  ])("%j: %s", (text, why) => {
    expect(readInstant(text).ok).toBe(false);
    expect(instantOf(text)).toContain(why);
  });
});
