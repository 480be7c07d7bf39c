import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brief, readAll } from "../../../../test/support/caliper-lines.js";

const SIZES = [1, 2, 3, 5, 1 << 16];

describe.each(SIZES)("in blocks of %d bytes", (size) => {
  test("lines have a number and an offset; blank ones are numbered and left out", async () => {
    const text = "one\n\n  \r\ntwo\r\nthree";
    expect(brief(await readAll(text, { size }))).toEqual(["1@0 one", "4@9 two", "5@14 three"]);
  });

  test("offsets count bytes, not characters", async () => {
    expect(brief(await readAll("é\u{1f600}\n✓\nend\n", { size }))).toEqual(["1@0 é\u{1f600}", "2@7 ✓", "3@11 end"]);
  });

  test("a byte order mark is removed, also in the middle of concatenated files", async () => {
    expect(brief(await readAll("\ufeffone\n\ufefftwo\n\ufeff\n", { size }))).toEqual(["1@0 one", "2@7 two"]);
  });

  test("a line past the limit is rejected alone", async () => {
    const lines = await readAll(`${"a".repeat(10)}\n${"b".repeat(11)}\n${"c".repeat(5000)}\nd\n`, {
      size,
      maxLineBytes: 10,
    });
    expect(brief(lines)).toEqual(["1@0 aaaaaaaaaa", "2@11 line-too-long!", "3@23 line-too-long!", "4@5024 d"]);
    expect(lines[2]).toMatchObject({
      reason: "the line has 5000 bytes; the limit is 10 (timeback ingest --max-line-bytes)",
      excerpt: "c".repeat(200),
    });
  });

  test("invalid UTF-8 rejects its line only, also in a truncated last line", async () => {
    const bytes = Buffer.concat([
      Buffer.from("é\n"),
      Buffer.from([0x61, 0xff, 10]),
      Buffer.from("✓\n"),
      Buffer.from([0xe2, 0x9c]),
    ]);
    expect(brief(await readAll(bytes, { size }))).toEqual(["1@0 é", "2@3 not-utf8!", "3@6 ✓", "4@10 not-utf8!"]);
  });

  test("NUL bytes reject their line only", async () => {
    const lines = await readAll("a\nb\0b\nc\n", { size });
    expect(brief(lines)).toEqual(["1@0 a", "2@2 not-text!", "3@6 c"]);
    expect(lines[1]).toMatchObject({ excerpt: "b\\u0000b" });
  });

  test("gzip is decompressed, also of several members and with trailing zeros", async () => {
    const bytes = Buffer.concat([
      gzipSync("one\ntw"),
      gzipSync("o\n"),
      gzipSync(""),
      gzipSync("three"),
      Buffer.alloc(7),
    ]);
    expect(brief(await readAll(bytes, { size }))).toEqual(["1@0 one", "2@4 two", "3@8 three"]);
  });

  test.each([
    [Buffer.from("\ufeff{}\n", "utf16le"), "UTF-16"],
    [Buffer.from("PK\x03\x04 and the rest"), "zip"],
    [gzipSync(gzipSync("{}\n")), "gzip inside gzip"],
  ])("input of another format is one record (%#)", async (bytes, what) => {
    const lines = await readAll(bytes, { size: size < 5 ? 5 : size });
    expect(brief(lines)).toEqual(["1@0 not-text!"]);
    expect(lines[0]).toMatchObject({ reason: expect.stringContaining(what) });
  });
});

test("empty input has no lines", async () => {
  for (const bytes of ["", "\n", "\ufeff", gzipSync("")]) expect(await readAll(bytes)).toEqual([]);
});

test("the lines are the same wherever the blocks are cut", async () => {
  const part = fc.constantFrom("a", "é", "\u{1f600}", "\n", "\r\n", " ", "\ufeff", "\0", "\xff");
  const bytesOf = (parts: string[]) =>
    Buffer.concat(parts.map((p) => Buffer.from(p, p === "\xff" ? "latin1" : "utf8")));
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 60 }), fc.integer({ min: 1, max: 20 }), async (parts, size) => {
      const bytes = bytesOf(["{", ...parts]);
      expect(await readAll(bytes, { size, maxLineBytes: 12 })).toEqual(await readAll(bytes, { maxLineBytes: 12 }));
      expect(await readAll(gzipSync(bytes), { size: size + 10, maxLineBytes: 12 })).toEqual(
        await readAll(bytes, { maxLineBytes: 12 }),
      );
    }),
  );
});
