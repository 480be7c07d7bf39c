import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decimalText, isWithin } from "./decimal.js";

describe("decimalText", () => {
  test.each([
    [0, "0"],
    [-0, "0"],
    [3, "3"],
    [-2.5, "-2.5"],
    [2.39, "2.39"],
    [0.1 + 0.2, "0.30000000000000004"],
    [1e-7, "0.0000001"],
    [1.5e-7, "0.00000015"],
    [1e21, "1000000000000000000000"],
    [-1.25e22, "-12500000000000000000000"],
    [123456789012345, "123456789012345"],
  ])("the number %d is written %s", (value, text) => {
    expect(decimalText(value)).toBe(text);
  });

  test.each([
    ["5.00", "5"],
    ["+5", "5"],
    ["-0.0", "0"],
    ["007", "7"],
    [".5", "0.5"],
    ["5.", "5"],
    ["1E+2", "100"],
    ["1.20e1", "12"],
    ["12e-4", "0.0012"],
    ["0.123456789012345678901234567890", "0.12345678901234567890123456789"],
    ["9007199254740993", "9007199254740993"],
    ["0e99999999999999999999", "0"],
  ])("the token %s keeps every digit: %s", (token, text) => {
    expect(decimalText(token)).toBe(text);
  });

  test.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "1e400",
    "1e-2000",
    "",
    " 5",
    "5 ",
    "0x10",
    "Infinity",
    ".",
    "-",
    "1e",
    "1,5",
  ])("%s is no number", (value) => {
    expect(decimalText(value)).toBeNull();
  });

  test("a million digits are refused quickly", () => {
    expect(decimalText(`0.1${"0".repeat(1_000_000)}1`)).toBeNull();
  });

  test("the text of any finite double reads back as that double, and is its own canonical text", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = decimalText(value) ?? "";
        expect(Number(text)).toBe(value === 0 ? 0 : value);
        expect(text).toMatch(/^(0|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/);
        expect(decimalText(text)).toBe(text);
      }),
    );
  });
});

describe("isWithin", () => {
  test.each([
    ["0", 0, 86_400, true],
    ["86400", 0, 86_400, true],
    ["86400.0000000000000000000001", 0, 86_400, false],
    ["86399.9999999999999999999999", 0, 86_400, true],
    ["-0.0000000000000000000000001", 0, 86_400, false],
    ["-1000000000", -1e9, 1e9, true],
    ["-1000000000.1", -1e9, 1e9, false],
    [`1${"0".repeat(900)}`, 0, 1e9, false],
  ])("%s between %d and %d: %s", (text, min, max, within) => {
    expect(isWithin(text, min, max)).toBe(within);
  });
});
