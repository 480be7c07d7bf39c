import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { brief } from "../../../../test/support/caliper-lines.js";
import { UsageError, WorkError } from "../../../errors.js";
import { type InputSource, sizeOfInput } from "./input.js";
import { type ReadOptions, readLines } from "./lines.js";
import type { InputLine } from "./splitter.js";

const folder = mkdtempSync(join(tmpdir(), "timeback-lines-"));
afterAll(() => rmSync(folder, { recursive: true }));

const linesOf = async (source: InputSource, options?: ReadOptions) => {
  const lines: InputLine[] = [];
  for await (const batch of readLines(source, options)) lines.push(...batch.lines);
  return lines;
};

describe("a file", () => {
  const at = (name: string, bytes: Buffer | string) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const linesIn = (file: string, options?: ReadOptions) => linesOf({ name: file, from: file }, options);

  test("of many blocks is read, and its progress is reported", async () => {
    const text = Array.from({ length: 50_000 }, (_, i) => `{"n":${i},"é":"${"x".repeat(i % 100)}"}`);
    for (const bytes of [Buffer.from(text.join("\n")), gzipSync(text.join("\n"))]) {
      const file = at("many.ndjson", bytes);
      const totals: number[] = [];
      const lines = await linesIn(file, { onRawBytes: (total) => totals.push(total) });
      expect(lines.map((line) => line.kind === "text" && line.text)).toEqual(text);
      expect(lines[0]).toMatchObject({ file });
      expect(totals.at(-1)).toBe(bytes.length);
      expect(await sizeOfInput({ name: file, from: file })).toBe(bytes.length);
    }
  });

  test("is closed when the reader stops early", async () => {
    const file = at("left.ndjson", "x\n".repeat(1_000_000));
    for await (const { lines } of readLines({ name: file, from: file })) {
      expect(lines[0]).toMatchObject({ text: "x" });
      break;
    }
  });

  test("that is missing, or a directory, is a usage error of one line", async () => {
    for (const [path, what] of [
      [join(folder, "none"), "there is no such file"],
      [folder, "is a directory"],
    ] as const) {
      await expect(linesIn(path)).rejects.toThrow(UsageError);
      await expect(sizeOfInput({ name: path, from: path })).rejects.toThrow(`${path}: ${what}`);
    }
  });

  test.skipIf(process.getuid?.() === 0)("that may not be read stops the work", async () => {
    const file = at("secret.ndjson", "{}");
    chmodSync(file, 0);
    await expect(linesIn(file)).rejects.toThrow(WorkError);
  });

  test.skipIf(process.platform !== "linux")(
    "whose reading fails stops the work, and the message names it",
    async () => {
      await expect(linesIn("/proc/self/mem")).rejects.toThrow(/^\/proc\/self\/mem: cannot be read/);
    },
  );
});

test("a stream is read, and its size is unknown", async () => {
  const source = { name: "-", from: () => Readable.from([Buffer.from("on"), Buffer.from("e\ntwo")]) };
  expect(await sizeOfInput(source)).toBeNull();
  expect(brief(await linesOf(source))).toEqual(["1@0 one", "2@4 two"]);
});
