import fc from "fast-check";
import { expect, test } from "vitest";
import { parseLine } from "../../src/pipelines/caliper/parse/parse.js";
import type { Parsed } from "../../src/pipelines/caliper/parse/record.js";
import { corpusLines } from "../support/hostile-input.js";

const lines = corpusLines().map((bytes) => bytes.toString("utf8"));
const FRAGMENTS = [
  "\\u0000",
  "\\ud800",
  "1e999",
  "-0",
  "null",
  "{}",
  "[[",
  "]]",
  "\\",
  '"',
  ",",
  ":",
  "\ufeff",
  "\r",
  "  ",
];

/** A line of the corpus in which some places hold something else. */
const spoiltLine = fc
  .tuple(
    fc.constantFrom(...lines),
    fc.array(fc.tuple(fc.nat(), fc.nat({ max: 20 }), fc.constantFrom(...FRAGMENTS, ...lines)), { maxLength: 5 }),
  )
  .map(([line, changes]) =>
    changes.reduce((text, [at, removed, put]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + removed);
    }, line),
  );

const rejects = (parsed: readonly Parsed[]) => parsed.filter((one) => one.kind === "rejected");

test("whatever stands in a line, it is records, and a rejected one is judged the same when it is read again", () => {
  fc.assert(
    fc.property(spoiltLine, (text) => {
      const parsed = parseLine({ text });
      expect(parsed.length).toBeGreaterThan(0);
      for (const reject of rejects(parsed)) {
        expect(reject.reason + reject.excerpt).not.toMatch(/[\p{Cc}\p{Cs}]/u);
        if (reject.record !== null) expect(parseLine({ text: reject.record })).toEqual([reject]);
      }
    }),
    { numRuns: 2_000 },
  );
});
