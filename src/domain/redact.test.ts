import { expect, test } from "vitest";
import { withoutPasswords } from "./redact.js";

test.each([
  ["unknown option '--db=postgres://etl:secret@db/x'", "unknown option '--db=postgres://etl:***@db/x'"],
  ["postgres://etl:se/c@r#et@db/x is no file", "postgres://etl:***@db/x is no file"],
  ["postgresql://:secret@db and redis://:secret@r", "postgresql://:***@db and redis://:***@r"],
  ["postgres://db/x?user=a&password=secret&ssl=1", "postgres://db/x?user=a&password=***&ssl=1"],
])("%s", (text, expected) => {
  expect(withoutPasswords(text)).toBe(expected);
});

test.each(["postgres://etl@db:5432/x", "https://host/users/u1 of ada@school.example", "a:b@c"])(
  "%s has no password and stays",
  (text) => {
    expect(withoutPasswords(text)).toBe(text);
  },
);
