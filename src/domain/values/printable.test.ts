import { expect, test } from "vitest";
import { printable } from "./printable.js";

test("terminal control characters are escaped; everything else is unchanged", () => {
  expect(printable("Zoë 数学 🎉 a\\b")).toBe("Zoë 数学 🎉 a\\b");
  expect(printable("red\u001b[31m\nbell\u0007 c1\u009b tab\t del\u007f")).toBe(
    "red\\u001b[31m\\u000abell\\u0007 c1\\u009b tab\\u0009 del\\u007f",
  );
  expect(printable("turned\u202egnp.exe\u061c\u2066 split\u2028line \ud800")).toBe(
    "turned\\u202egnp.exe\\u061c\\u2066 split\\u2028line \\ud800",
  );
});
