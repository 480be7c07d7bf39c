import { expect, test } from "vitest";
import { foldEmail } from "./email.js";

test.each([
  ["  Ada@School.Example\n", "ada@school.example"],
  ["ada+math@school.example", "ada+math@school.example"],
  ["\u00a0ADA@x\ufeff", "ada@x"],
])("%j is kept as %s", (email, folded) => {
  expect(foldEmail(email)).toBe(folded);
});

test.each(["", "   ", null, undefined])("%j is no email", (email) => {
  expect(foldEmail(email)).toBeNull();
});

test("an email with a Cyrillic look-alike letter is a different one", () => {
  expect(foldEmail("\u0430da@x")).not.toBe(foldEmail("ada@x"));
});
