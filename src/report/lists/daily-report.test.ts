import { expect, test } from "vitest";
import { hoursMinutes, totalLine } from "./daily-report.js";

test("seconds are shown as hours and minutes, rounded to the minute", () => {
  expect(["0", "29.99", "30", "3600.00", "3899.5", "360000", "-90"].map(hoursMinutes)).toEqual([
    "0:00",
    "0:00",
    "0:01",
    "1:00",
    "1:05",
    "100:00",
    "-0:01",
  ]);
});

test("a student's total is one line", () => {
  const total = {
    studentId: "maya\n1",
    days: 2,
    xp: "0",
    activeSeconds: "60",
    totalQuestions: "12.0",
    correctQuestions: "10",
  };
  expect(totalLine(total)).toBe("total of maya\\u000a1: 2 days, 0.00 XP, active 0:01, questions 10/12");
});
