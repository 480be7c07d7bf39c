import { expect, test } from "vitest";
import { Blocks } from "./buffer-pool.js";

const textOf = (blocks: Blocks): string => Buffer.concat(blocks.all()).toString();

test("bytes come back in order, however they were cut", () => {
  const text = Array.from({ length: 60_000 }, (_, n) => `row ${n}\n`).join("");
  const bytes = Buffer.from(text);
  const blocks = new Blocks();
  for (let from = 0; from < bytes.length; from += 65_537) blocks.addBytes(bytes.subarray(from, from + 65_537));
  expect(blocks.all().length).toBeGreaterThan(2);
  expect(textOf(blocks)).toBe(text);
});

test("a text is in one block, however long it is", () => {
  const rows = ["é".repeat(100_000), "short", "x".repeat(300_000)];
  const blocks = new Blocks();
  for (const row of rows) blocks.addText(row);
  expect(textOf(blocks)).toBe(rows.join(""));
  const inOneBlock = (row: string) => blocks.all().some((block) => block.includes(row));
  expect(rows.filter((row) => !inOneBlock(row))).toEqual([]);
});

test("released blocks are reused, each by one owner", () => {
  const first = new Blocks();
  first.addText("gone\n");
  const { buffer } = first.all()[0] as Buffer;
  first.release();
  first.release();
  expect(first.all()).toEqual([]);
  const others = [new Blocks(), new Blocks()];
  for (const [n, rows] of others.entries()) rows.addText(`row ${n}\n`);
  expect(others.some((rows) => rows.all()[0]?.buffer === buffer)).toBe(true);
  expect(others.map(textOf)).toEqual(["row 0\n", "row 1\n"]);
});
