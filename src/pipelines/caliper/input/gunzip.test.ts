import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brief, readAll } from "../../../../test/support/caliper-lines.js";

describe("damaged gzip", () => {
  const text = Array.from({ length: 20_000 }, (_, i) => `{"n":${i},"x":"${(i * 7919) % 10_007}"}`).join("\n");
  const whole = gzipSync(text);

  test("that is truncated yields all that can be decoded, then a fault", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: whole.length - 1 }),
        fc.constantFrom(100, 5_000, 1 << 16),
        async (cut, size) => {
          const lines = await readAll(whole.subarray(0, cut), { size });
          const last = lines.at(-1);
          const decoded = lines.filter((line) => line.kind === "text");
          expect(last).toMatchObject({ kind: "rejected", code: "truncated-gzip", excerpt: "" });
          const got = decoded.map((line) => line.text).join("\n");
          expect(text.startsWith(got)).toBe(true);
          expect(got.length).toBeGreaterThan((text.length * (cut - 20_000)) / whole.length);
          expect(last?.byteOffset).toBe(got.length);
          expect(last?.number).toBe(decoded.length + 1);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("that is damaged in the middle yields the data well before the damage, then a fault", async () => {
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 60_000, 60_100);
    const lines = await readAll(damaged);
    expect(lines.length).toBeGreaterThan(1_000);
    expect(lines.at(-1)).toMatchObject({ code: "corrupt-gzip" });
  });

  test("that expands too far ends with a fault that says how much was read", async () => {
    const member = gzipSync(`${" ".repeat((1 << 20) - 1)}\n`.repeat(8));
    const bomb = Buffer.concat([gzipSync("one\n"), ...Array<Buffer>(20).fill(member), gzipSync("two\n")]);
    const lines = await readAll(bomb);
    expect(brief(lines)).toEqual(["1@0 one", expect.stringMatching(/gzip-expansion!$/)]);
    const read = Number(/its first (\d+) bytes were read/.exec(JSON.stringify(lines))?.[1]);
    expect(read).toBeGreaterThan(64 << 20);
    expect(read).toBeLessThan(66 << 20);
    expect(brief(await readAll(bomb, { maxExpansion: 2_000 }))).toEqual(["1@0 one", "162@167772164 two"]);
    const small = Buffer.concat(Array<Buffer>(7).fill(member));
    expect(await readAll(small), "below 64 MiB nobody asks").toEqual([]);
  });

  test("with trailing data ends with a fault", async () => {
    for (const tail of ["garbage", "\0\0\0{}"]) {
      expect(brief(await readAll(Buffer.concat([gzipSync("one\n"), Buffer.from(tail)]), { size: 24 })).at(-1)).toMatch(
        /corrupt-gzip!$/,
      );
    }
  });
});
