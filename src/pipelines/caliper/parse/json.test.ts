import fc from "fast-check";
import { expect, test } from "vitest";
import { ExactNumber, isJsonObject, nestsDeeper, readJson, valuesIn, writeJson } from "./json.js";

/** Reads `text` and writes the value back. */
function rewritten(text: string): string {
  const json = readJson(text);
  if (!json.ok) throw new Error(json.why);
  return writeJson(json.value, json.exact);
}

test.each([
  "12345678901234567890",
  '{"a":[0.1234567890123456789,{"b":-1e400}],"c":1e-400}',
  '{"isLosslessNumber":true,"toJSON":5,"__proto__":{"x":12345678901234567}}',
  '["12345678901234567890","\\u0000\\ud800",null,true,1.5,12345678901234567]',
])("%s is written as it was read", (text) => {
  expect(rewritten(text)).toBe(text);
});

test("only a number that a double would change takes the slow path", () => {
  const event = '{"id":"urn:uuid:4e123456-1234-4000-8000-123456789012","at":1740816000000,"xp":[123456789012345,1e22]}';
  expect(readJson(event)).toMatchObject({ ok: true, exact: false });
  expect(readJson('{"xp":1234567890123456}')).toMatchObject({
    exact: true,
    value: { xp: new ExactNumber("1234567890123456") },
  });
  expect(readJson('{"xp":1e300}')).toMatchObject({ exact: true });
});

test("both paths read the same values from any JSON", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      expect(rewritten(text)).toBe(JSON.stringify(JSON.parse(text)));
      const beside = `[${text},0.10000000000000000000001]`;
      const json = readJson(beside);
      expect(json.ok && json.exact).toBe(true);
      expect(JSON.parse(rewritten(beside))).toEqual(JSON.parse(beside));
    }),
  );
});

test("a decimal of any length keeps its digits", () => {
  const token = fc.stringMatching(/^-?[1-9]\d{0,30}(\.\d{1,30})?$/);
  fc.assert(
    fc.property(token, (number) => {
      // A number that fits a double may lose trailing zeros, never its value.
      const written = rewritten(`[${number}]`).slice(1, -1);
      if (written !== number) expect(number.replace(/[.-]/g, "").length).toBeLessThanOrEqual(15);
      expect(Number(written)).toBe(Number(number));
    }),
  );
});

test("an exact number is not an object", () => {
  expect(isJsonObject(new ExactNumber("1"))).toBe(false);
  expect(isJsonObject([])).toBe(false);
  expect(isJsonObject(null)).toBe(false);
  expect(isJsonObject({})).toBe(true);
});

test("depth is counted in lists and objects", () => {
  expect(nestsDeeper(5, 0)).toBe(false);
  expect(nestsDeeper([{ a: [] }], 3)).toBe(false);
  expect(nestsDeeper([1, { a: [] }], 2)).toBe(true);
});

test("values are counted outside of strings only", () => {
  expect(valuesIn('{"a,[{":"x\\",[{","b":[1,2,{}],"c":"\\\\"}')).toBe(1 + 2 + 1 + 2 + 1);
  expect(valuesIn('{"never closed: [[[,,,')).toBe(1);
  fc.assert(
    fc.property(fc.json(), (text) => {
      const bare = text.replace(/"(?:[^"\\]|\\.)*"/gs, "");
      expect(valuesIn(text)).toBe(bare.match(/[,[{]/g)?.length ?? 0);
    }),
  );
});
