import { expect, test } from "vitest";
import { Blocks } from "./blocks.js";
import { CopyBlocks } from "./copy-blocks.js";

const textOf = (blocks: Blocks): string => Buffer.concat(blocks.all()).toString();

test("bytes come back in order, however they were cut", () => {
  const text = Array.from({ length: 60_000 }, (_, n) => `row ${n}\n`).join("");
  const bytes = Buffer.from(text);
  const blocks = new Blocks();
  for (let from = 0; from < bytes.length; from += 65_537) blocks.addBytes(bytes.subarray(from, from + 65_537));
  expect(blocks.all().length).toBeGreaterThan(2);
  expect(textOf(blocks)).toBe(text);
});

test("a row stands in one block, however long it is", () => {
  const rows = ["é".repeat(100_000), "short", "x".repeat(300_000)];
  const blocks = new CopyBlocks();
  for (const row of rows) blocks.add(row, "\n");
  expect(textOf(blocks)).toBe(rows.map((row) => `${row}\n`).join(""));
  expect(blocks.at(new Set([1, 2])).map(String)).toEqual(["short\n", `${rows[2]}\n`]);
});

test("released blocks are filled again, each for one owner", () => {
  const first = new CopyBlocks();
  first.add("gone\n");
  const { buffer } = first.all()[0] as Buffer;
  first.release();
  first.release();
  expect(first.all()).toEqual([]);
  const others = [new CopyBlocks(), new CopyBlocks()];
  for (const [n, rows] of others.entries()) rows.add(`row ${n}\n`);
  expect(others.some((rows) => rows.all()[0]?.buffer === buffer)).toBe(true);
  expect(others.map(textOf)).toEqual(["row 0\n", "row 1\n"]);
});
