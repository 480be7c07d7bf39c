import { expect, test } from "vitest";
import { WorkError } from "../../errors.js";
import { explainError } from "./database-errors.js";

const fault = (code: string, syscall: string) => Object.assign(new Error(`${syscall} ${code}`), { code, syscall });

test.each([
  ["ECONNRESET", "read"],
  ["EPIPE", "write"],
])("a connection that was lost (%s) is no fault of the program", (code, syscall) => {
  const explained = explainError("the database", fault(code, syscall));
  expect(explained).toBeInstanceOf(WorkError);
  expect(String(explained)).toContain(`the database: ${syscall} ${code} (the connection was lost)`);
});

test("an error of another kind is returned unchanged", () => {
  const other = fault("EISDIR", "read");
  expect(explainError("the database", other)).toBe(other);
});
